//! Two data owners must agree before an agent exports personal data, and the agent's owner is neither.
//!
//! The policy is `policies/s3-export.toml`. `cargo run --example two_person`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;

use approvals::{
    Ballot, ChannelIdentity, Denied, FactSet, Gate, InMemoryApprover, Keyring, Ledger as _,
    MemoryLedger, Principal, PrincipalId, Requester, Rules, StaticDirectory, Trail,
    requires_approval,
};

/// What the agent may call.
#[requires_approval(action = "s3.export", summary = "Export {rows} rows to {destination}")]
async fn export(bucket: &str, rows: u64, destination: &str) -> Result<String, Denied> {
    Ok(format!("exported {rows} rows of {bucket} to {destination}"))
}

/// People by their account in the company's own interface, where they click.
const PEOPLE: &str = r#"
    version = 1
    person."u:mira" = { kind = "human", groups = ["data-owners"], identities = ["memory:mira"] }
    person."u:jo" = { kind = "human", groups = ["data-owners"], identities = ["memory:jo"] }
    person."u:ada" = { kind = "human", groups = ["data-owners"], identities = ["memory:ada"] }
    person."u:lea" = { kind = "human", groups = ["data-leads"], identities = ["memory:lea"] }
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (keys, inbox) = (Keyring::generate()?, InMemoryApprover::new());
    let account = |name: &str| ChannelIdentity::new("memory", name);
    let ledger = Arc::new(MemoryLedger::new("example.com/shop/prod", keys.log).await?);
    let agent = Requester::new(Principal::agent("agent:reporter")?);
    // What the agent cannot write: where it runs, and what is in the bucket.
    let (env, labels) = ("env.name".parse()?, "resource.labels".parse()?);
    let gate = Gate::builder()
        .policy(include_str!("../policies/s3-export.toml").parse::<Rules>()?)
        .facts(FactSet::from([(env, "prod".into()), (labels, ["pii"].into())]))
        .ledger(Arc::clone(&ledger))
        .directory(PEOPLE.parse::<StaticDirectory>()?)
        .approver(inbox.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(agent.on_behalf_of(Principal::human("u:ada")?));
    gate.build().await?.install()?;

    println!("10,000 rows: {}", export("customers-eu", 10_000, "s3://reports").await?);
    let waiting = tokio::spawn(export("customers-eu", 10_001, "s3://reports"));
    let card = inbox.next().await;
    println!("\n10,001 rows are too many. This is what reviewers see:\n\n{card}");
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
    ledger.entries(0, usize::MAX).await?.iter().try_for_each(|entry| trail.read(entry))?;
    for grant in trail.states().filter_map(|(_, state)| state.grant()) {
        let names: Vec<_> = grant.detail().approvers.iter().map(PrincipalId::as_str).collect();
        println!("The log holds; the grant names {names:?}.");
    }
    Ok(())
}
