//! A fake Slack for programs in other languages: prints where it is as one line of JSON, and serves until it is stopped.
//!
//! `POST /control/…` takes and gives JSON, and does what the library does: see `control.rs`.

#![expect(clippy::print_stdout, reason = "it is how the other program learns where the fake is")]

use std::process::ExitCode;

use fake_slack::{FakeSlack, office};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    let slack = FakeSlack::start().await;
    let app = slack.app();
    let told = json!({
        "api_url": slack.api_url(), "control_url": format!("http://{}/control/", slack.address()),
        "app": app.id, "bot_token": app.bot_token, "app_token": app.app_token, "signing_secret": app.signing_secret,
        "bot_user": app.bot_user, "bot_id": app.bot_id, "team": office::TEAM, "ada": office::ADA, "bob": office::BOB,
        "carol": office::CAROL, "gone": office::GONE, "deploys": office::DEPLOYS, "random": office::RANDOM,
        "leads": office::LEADS,
    });
    println!("{told}");
    // Whoever started it holds its standard input, and lets go of it at the end, however that comes.
    let mut nothing = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut nothing).await;
    if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
