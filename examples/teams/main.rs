//! The agent of the quickstart, whose reviewers are in Teams: a bot of yours, or a stand-in on this host where
//! Ada clicks by script. Nobody is asked at this terminal.
//!
//! `cargo run --example teams -- --fake`

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

use approvals::teams::TeamsApprover;
use approvals::{Gate, Keyring, MemoryLedger, Principal, Requester, Rules, visible};
use tokio::net::TcpListener;

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
    let Some(Place { config, people, listen, fake }) = Place::chosen().await? else {
        return Ok(());
    };
    let teams = TeamsApprover::new(config)?;
    let checkup = teams.check(None).await;
    println!("{checkup}");
    if !checkup.is_fine() {
        return Err("mend that first".into());
    }
    // Microsoft calls this when somebody clicks: from the internet, through what speaks HTTPS before it.
    let listener = TcpListener::bind(&listen).await?;
    let address = listener.local_addr()?;
    let router = teams.router();
    tokio::spawn(async move { axum::serve(listener, router).await });

    let keys = Keyring::generate()?;
    let gate = Gate::builder()
        .policy(include_str!("../data/shop-policy.toml").parse::<Rules>()?)
        .ledger(MemoryLedger::new("quickstart.example/shop/teams", keys.log).await?)
        .directory(teams.directory(people))
        .approver(teams)
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:night-shift")?));
    let gate = gate.build().await?;
    gate.recover().await?; // takes up what waits, also cards that were not brought up to date
    gate.clone().install()?;
    if let Some(fake) = &fake {
        ada::add_the_app(fake, &format!("http://{address}/teams/messages")).await?;
    }

    let folder = std::env::temp_dir().join(format!("approvals-teams-{}", std::process::id()));
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
