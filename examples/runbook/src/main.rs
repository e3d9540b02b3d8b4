//! An agent works through a night's runbook in production: processes, storage, a database, access and a model, all of
//! them real on this machine. What was allowed, asked and denied is printed, and the log of it is checked.
//!
//! The policy is `examples/runbook/policy.toml`. `cargo run -p runbook`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

mod access;
mod cluster;
mod customers;
mod known;
mod logs;
mod model;
mod people;
mod restart;

use std::error::Error;
use std::sync::Arc;

use approvals::{
    Gate, InMemoryApprover, Keyring, Ledger as _, Principal, Requester, Rules, SqliteLedger, Trail,
};

type Failure = Box<dyn Error + Send + Sync>;

/// Makes a call of the agent, and says what its model would be told. Whether it was to run is for the scene to hold.
async fn tell<E: Into<Failure>>(why: &str, call: impl Future<Output = Result<String, E>>) -> bool {
    println!("\n{why}");
    let result = call.await.map_err(Into::into);
    let ran = result.is_ok();
    match result {
        Ok(done) => println!("  ran: {done}"),
        Err(error) => println!("  did not run: {error}"),
    }
    ran
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("approvals-runbook-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let log = folder.join("log.db");
    let keys = Keyring::load_or_create(folder.join("keys"))?;
    let ledger = SqliteLedger::open(&log, "runbook.example/prod", keys.log).await?;
    let (ledger, inbox) = (Arc::new(ledger), InMemoryApprover::new());
    let gate = Gate::builder()
        .policy(include_str!("../policy.toml").parse::<Rules>()?)
        .facts(known::environment()?)
        .facts(known::Labels)
        .facts(known::evaluations().await?)
        .ledger(Arc::clone(&ledger))
        .directory(people::directory()?)
        .approver(inbox.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant);
    let gate = gate.build().await?;

    let on_duty = tokio::spawn(people::answer(inbox));
    let agent = Requester::new(Principal::agent("agent:night")?);
    let night = async {
        restart::play().await?;
        logs::play(&folder).await?;
        customers::play(&folder).await?;
        access::play(&folder).await?;
        cluster::play(&folder).await?;
        model::play(&folder).await
    };
    gate.scope(agent.on_behalf_of(Principal::human("u:olu")?), night).await?;
    on_duty.abort();
    gate.flush().await?;

    let mut trail = Trail::new("runbook.example/prod");
    ledger.entries(0, usize::MAX).await?.iter().try_for_each(|entry| trail.read(entry))?;
    println!("\nThe log of {} calls holds. A stranger checks it:\n", trail.states().count());
    println!("approvals log verify {}", log.display());
    Ok(())
}
