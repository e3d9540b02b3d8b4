//! A fake Teams for programs in other languages: prints where it is as one line of JSON, and serves until it is stopped.
//!
//! `POST /control/…` takes and gives JSON, and does what the library does: see `control.rs`.

#![expect(clippy::print_stdout, reason = "it is how the other program learns where the fake is")]

use std::process::ExitCode;

use fake_teams::{FakeTeams, office};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    let teams = FakeTeams::start().await;
    let bot = teams.bot();
    let told = json!({
        "service_url": teams.service_url(), "token_url": teams.token_url(), "metadata_url": teams.metadata_url(),
        "control_url": format!("http://{}/control/", teams.address()), "tenant": office::TENANT, "bot": bot.id,
        "bot_secret": bot.secret, "team": office::TEAM, "deploys": office::DEPLOYS, "random": office::RANDOM,
        "leads": office::LEADS, "ada": office::ADA, "bob": office::BOB, "carol": office::CAROL,
        "guest": office::GUEST, "stranger": office::STRANGER, "gone": office::GONE,
    });
    println!("{told}");
    // Whoever started it holds its standard input, and lets go of it at the end, however that comes.
    let mut nothing = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut nothing).await;
    if ended.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
