//! The shortest honest whole: one function, one rule, and a person's yes to exactly this call before it runs.
//!
//! `cargo run --example minimal`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;

use approvals::{
    Ballot, ChannelIdentity, Denied, Gate, InMemoryApprover, Keyring, MemoryLedger, Principal,
    Requester, Rules, StaticDirectory, requires_approval,
};

// Belongs to the people who deploy, not to the agent's author: a file, in real life.
const POLICY: &str = r#"
    version = 1
    default = "deny"
    obligation.one-of-finance.quorum = [{ group = "finance", count = 1 }]
    rule = [{ id = "refunds", action = "payments.refund", require = ["one-of-finance"] }]
"#;

#[requires_approval(action = "payments.refund", summary = "Refund {cents} cents to {to}")]
async fn refund(to: &str, cents: u64) -> Result<String, Denied> {
    Ok(format!("refunded {cents} cents to {to}"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = Keyring::generate()?;
    let inbox = InMemoryApprover::new();
    let fay = Principal::human("u:fay")?.member_of(["finance"])?;
    let account = ChannelIdentity::new("memory", "fay")?; // as whom your interface has let her in
    let gate = Gate::builder()
        .policy(POLICY.parse::<Rules>()?)
        .ledger(MemoryLedger::new("example.com/shop/test", keys.log).await?)
        .directory(StaticDirectory::new().with(&fay, [account.clone()]))
        .approver(inbox.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:support")?));
    gate.build().await?.install()?;

    let waiting = tokio::spawn(refund("acct_7", 4_200));
    let card = inbox.next().await; // for your interface to show
    println!("{card}");
    assert!(!waiting.is_finished(), "nobody has said yes");
    inbox.decide(&account, Ballot::approve(&card)?).await?;

    let done = waiting.await??;
    assert_eq!(done, "refunded 4200 cents to acct_7");
    println!("Fay has approved, so it is done: {done}.");
    Ok(())
}
