//! The agent of the quickstart, whose reviewers are in Slack: an app of yours, or a stand-in on this host where
//! Ada clicks by script. Nobody is asked at this terminal.
//!
//! `cargo run --example slack -- --fake`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod ada;
mod place;
mod screen;
#[path = "../quickstart/shop.rs"]
mod shop;
#[path = "../quickstart/tools.rs"]
mod tools;
#[path = "../quickstart/transcript.rs"]
mod transcript;

use std::error::Error;
use std::process::ExitCode;

use approvals::slack::SlackApprover;
use approvals::{Gate, Keyring, MemoryLedger, Principal, Requester, Rules, visible};

use crate::place::Place;
use crate::shop::Shop;
use crate::transcript::Line;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match night().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn night() -> Result<(), Failure> {
    let Some(Place { config, people, fake }) = Place::chosen().await? else { return Ok(()) };
    let slack = SlackApprover::new(config)?;
    let checkup = slack.check().await;
    println!("{checkup}");
    if !checkup.is_fine() {
        return Err("mend that first".into());
    }
    let keys = Keyring::generate()?;
    let gate = Gate::builder()
        .policy(include_str!("../data/shop-policy.toml").parse::<Rules>()?)
        .ledger(MemoryLedger::new("quickstart.example/shop/slack", keys.log).await?)
        .directory(slack.directory(people))
        .approver(slack)
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:night-shift")?));
    let gate = gate.build().await?;
    gate.recover().await?; // takes up what waits, also cards that were not brought up to date
    gate.clone().install()?;

    let folder = std::env::temp_dir().join(format!("approvals-slack-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let shop = Shop::open(&folder)?;
    for line in transcript::read(include_bytes!("../data/night-shift.jsonl"))? {
        let call = match line {
            Line::Text(text) => {
                println!("\nagent: {}", visible::text(&text));
                continue;
            }
            Line::Call(call) => call,
        };
        println!("\n> {} {}", visible::text(&call.name), visible::json(&call.input.clone().into()));
        let answer = ada::beside(fake.as_ref(), tools::dispatch(&shop, &call)).await;
        match answer {
            Ok(answer) => println!("  ran: {answer}"),
            Err(why) => println!("  did not run: {why}"),
        }
    }
    std::fs::remove_dir_all(&folder)?;
    gate.flush().await?; // until each card shows how its request ended
    if fake.is_some() {
        println!("{}", place::NEXT);
    }
    Ok(())
}
