//! Two data owners must agree before an agent exports personal data, and the agent's owner is neither.
//!
//! The policy is `policies/s3-export.toml`. `cargo run --example two_person`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use approvals::{
    Ballot, ChannelIdentity, Denied, FactSet, Gate, InMemoryApprover, Keyring, Ledger as _,
    MemoryLedger, NameError, Principal, PrincipalId, Requester, Rules, StaticDirectory, Trail,
    requires_approval,
};

/// What the agent may call.
#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Export {rows} rows to {destination}",
    risk = "high"
)]
async fn export(bucket: &str, rows: u64, destination: &str) -> Result<String, Denied> {
    Ok(format!("exported {rows} rows of {bucket} to {destination}"))
}

/// People by their account in the company's own interface, where they click.
fn people() -> Result<StaticDirectory, NameError> {
    let person = |name: &str, group: &str| Principal::human(name)?.member_of([group]);
    Ok(StaticDirectory::new()
        .with(&person("u:mira", "data-owners")?, [account("mira")?])
        .with(&person("u:jo", "data-owners")?, [account("jo")?])
        // In the group as well, and the one whom the agent works for.
        .with(&person("u:ada", "data-owners")?, [account("ada")?])
        .with(&person("u:lea", "data-leads")?, [account("lea")?]))
}

fn account(name: &str) -> Result<ChannelIdentity, NameError> {
    ChannelIdentity::new("memory", name)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = Keyring::generate()?;
    let ledger = MemoryLedger::new("example.com/shop/prod", keys.log).await?;
    let ledger = Arc::new(ledger);
    let inbox = InMemoryApprover::new();
    // What the agent cannot write: where it runs, and what is in the bucket.
    let known = FactSet::from([
        ("env.name".parse()?, "prod".into()),
        ("resource.labels".parse()?, ["pii"].into()),
    ]);
    let agent = Requester::new(Principal::agent("agent:reporter")?);
    let gate = Gate::builder()
        .policy(include_str!("../policies/s3-export.toml").parse::<Rules>()?)
        .facts(known)
        .ledger(Arc::clone(&ledger))
        .directory(people()?)
        .approver(inbox.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(agent.on_behalf_of(Principal::human("u:ada")?));
    gate.build().await?.install()?;

    println!("10,000 rows: {}", export("customers-eu", 10_000, "s3://reports").await?);

    let waiting = tokio::spawn(export("customers-eu", 10_001, "s3://reports"));
    let card = loop {
        if let Some(card) = inbox.waiting().pop() {
            break card;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    println!(
        "\n10,001 rows are personal data of too many people. This is what reviewers see:\n\n{card}"
    );

    for (name, why) in [
        ("ada", "the agent is hers"),
        ("lea", "leads are asked after 15 minutes"),
        ("mira", "one of two"),
        ("mira", "once is enough"),
        ("jo", "two of two"),
    ] {
        match inbox.decide(&account(name)?, Ballot::approve(&card)?).await {
            Ok(phase) => println!("{name} approves ({why}): {phase:?}"),
            Err(error) => println!("{name} may not ({why}): {error}"),
        }
    }
    println!("\n{}", waiting.await??);

    let mut trail = Trail::new("example.com/shop/prod");
    for entry in ledger.entries(0, usize::MAX).await? {
        trail.read(&entry)?;
    }
    let approvers = trail.states().filter_map(|(_, state)| state.grant());
    let approvers: Vec<_> = approvers
        .flat_map(|grant| grant.detail().approvers.iter().map(PrincipalId::as_str))
        .collect();
    println!("The log holds; the grant names {approvers:?}.");
    Ok(())
}
