//! An emergency: what the policy denies becomes a question to the incident commander, everybody sees it, and
//! somebody looks at it afterwards.
//!
//! The policy is `policies/break-glass.toml`. `cargo run --example break_glass`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;

use approvals::{
    Ballot, ChannelIdentity, Denied, DescribeError, DynamicAction, FactSet, Gate, InMemoryApprover,
    Keyring, Ledger as _, MemoryLedger, Principal, Requester, Risk, Rules, StaticDirectory, Trail,
};

/// People by their account in the company's own interface, where they click.
const PEOPLE: &str = r#"
    version = 1
    person."u:ida" = { kind = "human", groups = ["incident-command"], identities = ["memory:ida"] }
    person."u:pat" = { kind = "human", groups = ["platform-sec"], identities = ["memory:pat"] }
    person."u:pia" = { kind = "human", groups = ["platform-sec"], identities = ["memory:pia"] }
    person."u:sam" = { kind = "human", groups = ["security"], identities = ["memory:sam"] }
"#;

fn bind_cluster_admin() -> Result<DynamicAction, DescribeError> {
    let arguments = br#"{"role": "cluster-admin", "subject": "u:oncall"}"#;
    Ok(DynamicAction::from_json("k8s.bind-cluster-role", arguments)?.risk(Risk::Critical))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (keys, inbox) = (Keyring::generate()?, InMemoryApprover::new());
    let account = |name: &str| ChannelIdentity::new("memory", name);
    let ledger = Arc::new(MemoryLedger::new("example.com/cluster/prod", keys.log).await?);
    let gate = Gate::builder()
        .policy(include_str!("../policies/break-glass.toml").parse::<Rules>()?)
        .facts(FactSet::from([("env.name".parse()?, "prod".into())]))
        .ledger(Arc::clone(&ledger))
        .directory(PEOPLE.parse::<StaticDirectory>()?)
        .approver(inbox.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:sre")?))
        .build()
        .await?;
    let body = async |_permit, _action| Ok::<_, Denied>("bound");

    if let Err(denied) = gate.run(bind_cluster_admin()?, body).await {
        println!("Without an emergency: {denied}\n");
    }
    let asking = gate.clone();
    let emergency = bind_cluster_admin()?.break_glass("the control plane does not answer");
    let waiting = tokio::spawn(async move { asking.run(emergency, body).await });
    let card = inbox.next().await;
    println!("With one, people are asked, on every channel:\n\n{card}");
    for name in ["pat", "pia", "ida"] {
        let phase = inbox.decide(&account(name)?, Ballot::approve(&card)?).await?;
        println!("{name} approves: {phase:?}");
    }
    println!("\nThe role is {}.", waiting.await??);

    println!("\nAfterwards somebody who took no part must look at it:");
    for name in ["pat", "sam"] {
        let reviewed = gate.desk().review(&account(name)?, card.id(), true, "it was down").await;
        match reviewed {
            Ok(()) => println!("  {name} has reviewed it"),
            Err(error) => println!("  {name} may not: {error}"),
        }
    }

    let mut trail = Trail::new("example.com/cluster/prod");
    ledger.entries(0, usize::MAX).await?.iter().try_for_each(|entry| trail.read(entry))?;
    let open = trail.states().filter_map(|(_, state)| state.review_due()).filter(|(_, done)| !done);
    println!("\nThe log holds, and {} emergencies are left to review.", open.count());
    Ok(())
}
