//! A policy and a source of facts in Rust, for what rules in a file cannot say: it allows, asks and denies by what the
//! database, not the agent, says about a table.
//!
//! `cargo run --example custom_policy`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::collections::BTreeMap;
use std::error::Error;

use approvals::{
    Denied, Digest, Fact, FactError, FactProvider, FactSet, Facts, Gate, Keyring, MemoryLedger,
    Obligation, Obligations, Policy, PolicyError, Principal, Requester, Ruling, Verdict,
    requires_approval,
};
use approvals_testkit::MockApprover;
use async_trait::async_trait;

#[requires_approval(action = "db.truncate", summary = "Empty the table {table}")]
async fn truncate(table: &str) -> Result<String, Denied> {
    Ok(format!("{table} is empty"))
}

/// How many rows a table has: the agent names the table, and the database answers.
#[derive(Debug)]
struct TableSizes(BTreeMap<&'static str, i64>);

#[async_trait]
impl FactProvider for TableSizes {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        let table = call.argument("table").and_then(|table| table.as_str());
        let rows = table.and_then(|table| self.0.get(table)).ok_or("no such table");
        let name = "table.rows".parse().map_err(FactError::new)?;
        Ok(FactSet::from([(name, (*rows.map_err(FactError::new)?).into())]))
    }
}

/// A pure function of the facts. What it does not know, it denies.
#[derive(Debug)]
struct BySize(Obligations);

impl Policy for BySize {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"by-size/1") // another text whenever the rules change
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let (rule, verdict) = match facts.fact("table.rows") {
            Some(Fact::Int(0..=100)) => ("small", Verdict::Allow),
            Some(Fact::Int(101..=10_000)) => ("large", Verdict::Review(self.0.clone())),
            Some(_) | None => ("huge", Verdict::Deny("a table of this size stays".into())),
        };
        let rule = rule.parse().map_err(PolicyError::new)?;
        Ok(Ruling::new(verdict, vec![rule], self.digest()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (keys, admin) = (Keyring::generate()?, MockApprover::approving());
    let gate = Gate::builder()
        .policy(BySize(Obligations::new([Obligation::new("one-admin")?.seats("admins", 1)?])))
        .facts(TableSizes([("sessions", 12), ("carts", 2_000), ("orders", 5_000_000)].into()))
        .ledger(MemoryLedger::new("example.com/shop/test", keys.log).await?)
        .directory(MockApprover::directory(["admins"])?)
        .approver(admin.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:janitor")?));
    gate.build().await?.install()?;

    let expected = [("sessions", true, 0), ("carts", true, 1), ("orders", false, 1)];
    for (table, runs, asked) in expected {
        let result = truncate(table).await;
        println!("{table}: {}", result.as_ref().map_or_else(ToString::to_string, Clone::clone));
        assert_eq!((result.is_ok(), admin.cards().len()), (runs, asked));
    }
    Ok(())
}
