//! What the benches share: one call, gates around it, and a reviewer who answers at once.

#![allow(dead_code, reason = "no bench uses all of it")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use approvals::{
    Action, Approver, ApproverError, Ballot, Card, ChannelIdentity, Denied, DescribeError,
    Description, Desk, Gate, Keyring, Ledger, Limits, MemoryLedger, Obligation, Obligations,
    Policy, PolicyFn, Presented, Principal, Requester, Risk, SqliteLedger, StaticDirectory,
    Verdict,
};
use async_trait::async_trait;
use tokio::runtime::Runtime;

const ORIGIN: &str = "example.org/shop/bench";

/// The call that is measured: four arguments and a summary, as the macro would describe them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export {
    pub(crate) bucket: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) destination: &'static str,
    pub(crate) rows: u64,
}

pub(crate) const EXPORT: Export =
    Export { bucket: "customers", prefix: "2026/q3/", destination: "partner-bucket", rows: 48_213 };

impl Action for Export {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("s3.export", Risk::High)?;
        call.resource(format_args!("s3://{}/{}", self.bucket, self.prefix))?;
        call.summary(format_args!("Export {} rows to {}", self.rows, self.destination))?;
        call.bind("bucket", self.bucket)?;
        call.bind("destination", self.destination)?;
        call.bind("prefix", self.prefix)?;
        call.bind("rows", &self.rows)
    }
}

/// What the action does: nothing that takes time.
pub(crate) async fn bare(export: Export) -> Result<u64, Denied> {
    Ok(black_box(export).rows)
}

/// The same through a gate.
pub(crate) async fn gated(gate: &Gate) -> u64 {
    let rows = gate.run(black_box(EXPORT), |_permit, export| bare(export)).await;
    rows.expect("it is allowed or approved")
}

/// Approves every card as soon as it is shown.
#[derive(Debug)]
struct AtOnce(ChannelIdentity);

#[async_trait]
impl Approver for AtOnce {
    fn channel(&self) -> &str {
        self.0.channel()
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let ballot = Ballot::approve(card).map_err(ApproverError::new)?;
        let (desk, identity) = (desk.clone(), self.0.clone());
        drop(tokio::spawn(async move { desk.decide(&identity, ballot).await }));
        Ok(Presented::new())
    }
}

/// What the policy of a gate says to everything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    Allow,
    AskOne,
}

fn policy(rule: Rule) -> impl Policy {
    let one = Obligation::new("one").and_then(|one| one.seats("ops", 1)).expect("good names");
    let verdict = move |_: &approvals::Facts<'_>| match rule {
        Rule::Allow => Verdict::Allow,
        Rule::AskOne => Verdict::Review(Obligations::new([one.clone()])),
    };
    PolicyFn::new("bench/1", verdict).expect("a good name")
}

async fn gate(rule: Rule, keys: Keyring, ledger: impl Ledger + 'static) -> Gate {
    let reviewer = ChannelIdentity::new("bench", "reviewer").expect("a good name");
    let human = Principal::human("u:reviewer").and_then(|human| human.member_of(["ops"]));
    let directory = StaticDirectory::new().with(&human.expect("good names"), [reviewer.clone()]);
    let gate = Gate::builder()
        .policy(policy(rule))
        .ledger(ledger)
        .directory(directory)
        .approver(AtOnce(reviewer))
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .limits(Limits::default().pending(usize::MAX).per_hour(usize::MAX))
        .requester(Requester::new(Principal::agent("agent:a").expect("a good name")));
    gate.build().await.expect("a whole gate")
}

/// A gate on an empty ledger in memory.
pub(crate) async fn in_memory(rule: Rule) -> Gate {
    let mut keys = Keyring::generate().expect("randomness");
    let log = std::mem::replace(&mut keys.log, Keyring::generate().expect("randomness").log);
    let ledger = MemoryLedger::new(ORIGIN, Arc::new(log)).await.expect("a ledger");
    gate(rule, keys, ledger).await
}

/// A gate on an empty ledger in a file of `folder`.
pub(crate) async fn on_sqlite(rule: Rule, folder: &Folder) -> Gate {
    let mut keys = Keyring::generate().expect("randomness");
    let log = std::mem::replace(&mut keys.log, Keyring::generate().expect("randomness").log);
    let file = folder.0.join(format!("{rule:?}.db"));
    let ledger = SqliteLedger::open(file, ORIGIN, Arc::new(log)).await.expect("a ledger");
    gate(rule, keys, ledger).await
}

/// A folder that is removed at the end, on the disk that the project is on.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("bench-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// One thread, so that what is measured is the work and not its distribution.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
