//! Cards without a gate for each: put together from a real request and the JSON of a document.

use std::sync::LazyLock;
use std::time::Duration;

use approvals_core::{
    Card, Decision, Digest, Document, DynamicAction, Obligation, Obligations, PolicyFn, Request,
    State, Verdict,
};
use approvals_testkit::{Answer, MockApprover, TestGate};
use serde_json::{Value, json};

/// A request as a gate asks it, and what has become of it.
static REAL: LazyLock<(Request, State)> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(real())
});

async fn real() -> (Request, State) {
    let two = Obligation::new("two-of-ops").unwrap().seats("ops", 2).unwrap();
    let two = Obligations::new([two.approve_within(Duration::from_secs(1800))]);
    let policy = PolicyFn::new("ask/1", move |_| Verdict::Review(two.clone())).unwrap();
    let mira = MockApprover::script([Answer::Approve]).named("mira").member_of(["ops"]);
    let people = mira.then(MockApprover::script([]).named("noor").member_of(["ops"]));
    let gate = TestGate::new(policy, &people).await;
    let action = DynamicAction::from_json("s3.export", b"{}").unwrap().key("k").unwrap();
    gate.submit(action).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let trail = gate.trail().await;
    let card = people.card();
    let (_id, state) = trail.states().find(|(id, _state)| *id == card.id()).unwrap();
    (card.request().clone(), state.clone())
}

/// What was asked.
pub fn request() -> Request {
    REAL.0.clone()
}

/// The request, approved by one of the two whom it takes.
pub fn half_approved() -> State {
    REAL.1.clone()
}

/// What that one has decided.
pub fn decision() -> Decision {
    REAL.1.decisions()[0].clone()
}

/// A document of an export, with these fields instead of its own.
pub fn document(with: Value) -> Document {
    let mut all = json!({
        "action": "s3.export", "arguments": {}, "break_glass": null, "expires_after_ms": null,
        "log": "example.org/shop/test", "on_behalf_of": [], "reason": null, "redacted": {},
        "requester": "agent:test", "resource": null, "retry_after_ms": null, "risk": "high", "summary": null,
        "unbound": [],
    });
    let Value::Object(with) = with else { panic!("fields are an object") };
    all.as_object_mut().unwrap().extend(with);
    serde_json::from_value(all).unwrap()
}

/// The card of the real request, for a document with these fields.
pub fn card(with: Value) -> Card {
    Card::new(request(), document(with)).unwrap()
}

/// What a card looks like on an ordinary day.
pub fn realistic() -> Card {
    card(json!({
        "arguments": {
            // In the order of canonical bytes: not every build sorts what it reads.
            "bucket": "acme-prod-exports", "columns": ["email", "name", "city"],
            "notify": {"cc": null, "to": "data@example.org"}, "prefix": "customers/2026/11/",
            "rows": 41_200,
        },
        "redacted": {"password": Digest::of("test", b"hunter2").to_string()},
        "unbound": ["client"],
        "resource": "s3://acme-prod-exports/customers/2026/11/",
        "reason": "The quarterly report needs all customers of November, as asked in TICKET-4711.",
    }))
}
