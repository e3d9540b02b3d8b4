//! What happened in the ledger that the tests look at: every kind of ending, written by a real gate.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Action, Denied, DescribeError, Description, DynamicAction, Gate, Keyring, Ledger, LocalSigner,
    Obligation, Obligations, PolicyFn, Principal, Requester, Risk, Verdict,
};
use approvals_sqlite::SqliteLedger;
use approvals_testkit::{Answer, MockApprover};
use tokio::sync::Notify;

pub(crate) const ORIGIN: &str = "example.com/shop/test";
/// Redacted, so nowhere to be seen.
pub(crate) const SECRET: &str = "hunter2-hunter2";
/// What a terminal would obey, and what a reader would be fooled by.
pub(crate) const HOSTILE: &str = "\u{1b}[2Jno\u{202e}\u{9b}31m\nevent 1: APPROVED";

/// An action too large for an entry, with a secret in it.
struct Export;

impl Action for Export {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action("s3.export", Risk::High)?;
        call.resource(format_args!("s3://customers/all"))?;
        call.reason(format_args!("{HOSTILE}"))?;
        call.bind("filter", &"large ".repeat(5_000))?;
        call.redact("token", SECRET)
    }
}

fn call(name: &str, arguments: &str) -> DynamicAction {
    DynamicAction::from_json(name, arguments.as_bytes()).unwrap()
}

/// A gate on the ledger at `path`, before a reviewer with these answers.
pub(crate) async fn gate(
    path: &Path,
    keys: Keyring,
    answers: Vec<Answer>,
) -> (Gate, Arc<dyn Ledger>) {
    let obligation = Obligation::new("one-of-ops").unwrap().seats("ops", 1).unwrap();
    let one = Obligations::new([obligation]);
    let policy = PolicyFn::new("story/1", move |facts| match facts.action().as_str() {
        "db.read" => Verdict::Allow,
        "db.drop" => Verdict::Deny("never drop".into()),
        _ => Verdict::Review(one.clone()),
    });
    let ledger: Arc<dyn Ledger> =
        Arc::new(SqliteLedger::open(path, ORIGIN, Arc::new(keys.log)).await.unwrap());
    let requester = Requester::new(Principal::agent("agent:night").unwrap());
    let gate = Gate::builder()
        .policy(policy.unwrap())
        .ledger(Arc::clone(&ledger))
        .directory(MockApprover::directory(["ops"]).unwrap())
        .approver(MockApprover::script(answers))
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(requester.on_behalf_of(Principal::human("u:owner").unwrap()));
    (gate.build().await.unwrap(), ledger)
}

/// The keys of the story, known so that a test can sign with them.
pub(crate) fn keys() -> Keyring {
    let [log, recorder, grant] = [1, 2, 3].map(|seed| LocalSigner::from_seed(&[seed; 32]).unwrap());
    Keyring { log, recorder, grant }
}

/// Tells the story into a new ledger at `path`.
pub(crate) async fn tell(path: &Path) {
    // The channel's note that it has shown the card comes before the answer.
    let after = |answer| Answer::After(Duration::from_millis(100), Box::new(answer));
    let reject = Answer::Reject(HOSTILE.into());
    let answers =
        vec![after(Answer::Approve), after(reject), Answer::Silence, after(Answer::Approve)];
    let (gate, ledger) = gate(path, keys(), answers).await;

    gate.run(Export, |_, _| async { Ok::<_, Denied>(()) }).await.unwrap();
    let rejected =
        gate.run(call("deploy", r#"{"to":"prod"}"#), |_, _| async { Ok::<_, Denied>(()) }).await;
    assert!(matches!(rejected, Err(Denied::Rejected { .. })), "{rejected:?}");
    let failed = gate
        .run(call("db.read", r#"{"rows":3}"#), |_, _| async { Err::<(), _>(Denied::Withdrawn) })
        .await;
    assert!(matches!(failed, Err(Denied::Withdrawn)), "{failed:?}");
    let denied = gate.run(call("db.drop", "{}"), |_, _| async { Ok::<_, Denied>(()) }).await;
    assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");

    let refund = call("payments.refund", r#"{"cents":1200}"#).key("refund-7").unwrap();
    let refund = gate.submit(refund).await.unwrap().request;
    // The question, the note that it was presented, and nobody's answer.
    while ledger.history(Some(refund)).await.unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }

    // The process is gone before the body ends: nothing is dropped, and nothing more is written.
    let started = Notify::new();
    let mut running = Box::pin(gate.run(call("mail.send", r#"{"to":"all"}"#), |_, _| {
        started.notify_one();
        std::future::pending::<Result<(), Denied>>()
    }));
    tokio::select! {
        ended = &mut running => panic!("{ended:?}"),
        () = started.notified() => std::mem::forget(running),
    }
}

/// So many reads, which the policy allows: three events each.
pub(crate) async fn reads(gate: &Gate, count: u32) {
    for row in 0..count {
        let read = call("db.read", &format!(r#"{{"row":{row}}}"#));
        gate.run(read, |_, _| async { Ok::<_, Denied>(()) }).await.unwrap();
    }
}
