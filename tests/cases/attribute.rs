//! What each key of `#[requires_approval]` does to a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use approvals::*;
use approvals_testkit::{MockApprover, TestGate};
use serde::{Deserialize, Serialize};

use crate::world::*;

/// A gate under this policy, whose reviewer is one of ops.
async fn gate(policy: impl Policy + 'static, reviewer: &MockApprover) -> TestGate {
    TestGate::new(policy, &reviewer.clone().member_of(["ops"])).await
}

/// Everything is asked about.
fn always() -> PolicyFn<impl Fn(&Facts<'_>) -> Verdict + Send + Sync> {
    PolicyFn::new("always/1", |_| Verdict::Review(one_of_ops())).unwrap()
}

#[requires_approval(
    action = "bank.pay",
    reason = "invoice {invoice}",
    tags("money", "outgoing"),
    show(euros = cents / 100, to_self = *to == "us"),
    expires = "1m30s",
    skip(gate),
    gate = gate
)]
async fn pay(gate: &Gate, to: &str, cents: u64, invoice: u32) -> Result<u64, Denied> {
    Ok(cents)
}

#[tokio::test(start_paused = true)]
async fn reason_tags_and_worked_out_values_are_on_the_card_and_time_is_never_more() {
    let reviewer = MockApprover::approving();
    let gate = gate(always(), &reviewer).await;
    assert_eq!(pay(&gate, "us", 1250, 7).await, Ok(1250));
    let card = reviewer.cards().remove(0);
    let document = card.document();
    assert_eq!(document.reason.as_deref(), Some("invoice 7"));
    assert_eq!(document.tags.iter().collect::<Vec<_>>(), ["money", "outgoing"]);
    assert_eq!(document.shown["euros"], 12);
    assert_eq!(document.shown["to_self"], true);
    assert_eq!(document.unbound, ["gate"]);
    let open = card.request().asked_at.until(card.approve_by());
    assert_eq!(open, Duration::from_secs(90), "the rule would give 30 minutes");
    let text = card.to_string();
    for line in [
        "tag            \"money\"",
        "-- worked out from that by the program",
        "\"euros\"        12",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[requires_approval(action = "bank.pay", when = |cents: &u64, to| *cents > 1000 && to.len() < 9, skip(gate), gate = gate)]
async fn pay_more(gate: &Gate, to: &str, cents: u64) -> Result<u64, Denied> {
    Ok(cents)
}

#[tokio::test(start_paused = true)]
async fn a_condition_asks_for_more_and_never_for_less() {
    let reviewer = MockApprover::approving();
    let lax = PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap();
    let open = gate(lax, &reviewer).await;
    assert_eq!(pay_more(&open, "us", 1000).await, Ok(1000), "it does not hold");
    let denied = pay_more(&open, "us", 1001).await;
    let Err(Denied::ByPolicy { reason }) = denied else { panic!("{denied:?}") };
    assert!(reason.contains("`bank.pay`") && reason.contains("review_required"), "{reason}");
    assert!(reviewer.cards().is_empty());

    let asks_when_told = PolicyFn::new("told/1", |facts| {
        if facts.is_review_required() { Verdict::Review(one_of_ops()) } else { Verdict::Allow }
    });
    let told = gate(asks_when_told.unwrap(), &reviewer).await;
    assert_eq!(pay_more(&told, "us", 1000).await, Ok(1000));
    assert!(reviewer.cards().is_empty());
    assert_eq!(pay_more(&told, "us", 1001).await, Ok(1001));
    assert_eq!(reviewer.cards().len(), 1);

    let strict = PolicyFn::new("strict/1", |_| Verdict::Deny("never".into())).unwrap();
    let shut = gate(strict, &reviewer).await;
    assert!(matches!(pay_more(&shut, "us", 1).await, Err(Denied::ByPolicy { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_rule_in_toml_can_look_at_tags_and_conditions_where_it_tightens() {
    let text = |rule: &str| {
        format!(
            "version = 1\ndefault = \"deny\"\n[obligation.one]\nquorum = [{{ group = \"ops\", count = 1 }}]\n\
             [action.\"bank.pay\"]\nargs = {{ to = \"string\", cents = \"integer\" }}\n\
             [[rule]]\nid = \"usual\"\naction = \"bank.pay\"\neffect = \"allow\"\n{rule}"
        )
    };
    let asks = "[[rule]]\nid = \"asks\"\naction = \"bank.pay\"\nrequire = [\"one\"]\n\
                when = [{ field = \"review_required\", eq = true }]\n\
                test = [{ given = { \"args.to\" = \"us\", \"args.cents\" = 1, review_required = true }, expect = \"review\" }]\n";
    let reviewer = MockApprover::approving();
    let rules = text(asks).parse::<Rules>().unwrap();
    let gate = gate(rules, &reviewer).await;
    assert_eq!(pay_more(&gate, "us", 1000).await, Ok(1000));
    assert!(reviewer.cards().is_empty());
    assert_eq!(pay_more(&gate, "us", 1001).await, Ok(1001));
    assert_eq!(reviewer.cards().len(), 1);

    for (field, test) in [("tags", "contains = \"harmless\""), ("review_required", "eq = false")] {
        let loosens = format!(
            "[[rule]]\nid = \"x\"\naction = \"mail.send\"\neffect = \"allow\"\nwhen = [{{ field = \"{field}\", {test} }}]\n"
        );
        let refused = text(&loosens).parse::<Rules>().unwrap_err().to_string();
        assert!(refused.contains(field), "{refused}");
    }
}

#[requires_approval(action = "bank.pay", key = "pay-{invoice}", skip(gate), gate = gate)]
async fn pay_once(gate: &Gate, invoice: &str) -> Result<u32, Denied> {
    Ok(1)
}

#[tokio::test(start_paused = true)]
async fn a_key_names_the_attempt_and_a_second_run_is_refused() {
    let reviewer = MockApprover::approving();
    let gate = gate(always(), &reviewer).await;
    assert_eq!(pay_once(&gate, "7").await, Ok(1));
    assert!(matches!(pay_once(&gate, "7").await, Err(Denied::AlreadyRan { .. })));
    assert_eq!(pay_once(&gate, "8").await, Ok(1));
    let key = reviewer.cards()[0].request().key.clone();
    assert_eq!(key.as_ref().map(IdempotencyKey::as_str), Some("pay-7"));
    let no_key = pay_once(&gate, "with a space").await;
    assert!(matches!(no_key, Err(Denied::Invalid(_))), "{no_key:?}");
}

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Reads back as something else.
#[derive(Debug, Serialize)]
struct Lossy(u32);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(|number| Self(number / 2))
    }
}

#[requires_approval(action = "shop.order", bind = "decoded", redact(token), skip(gate), gate = gate)]
async fn order(
    gate: &Gate,
    order: Order,
    tags: &[String],
    token: &str,
    lossy: Lossy,
) -> Result<String, Denied> {
    Ok(format!("{} {} {token} {}", order.id, tags.join("+"), lossy.0))
}

#[tokio::test(start_paused = true)]
async fn a_body_gets_what_the_approved_bytes_say_or_does_not_run() {
    let reviewer = MockApprover::approving();
    let gate = gate(always(), &reviewer).await;
    let call = |lossy| {
        let tags = ["a".to_owned(), "b".to_owned()];
        let gate = gate.clone();
        async move { order(&gate, Order { id: 7, note: None }, &tags, "hush", Lossy(lossy)).await }
    };
    assert_eq!(call(0).await, Ok("7 a+b hush 0".to_owned()));
    let denied = call(8).await;
    assert_eq!(denied, Err(Denied::Invalid(DescribeError::NotDecoded("lossy".into()))));
    assert_eq!(reviewer.cards().len(), 1, "nobody was asked about it");
}

/// A number that others hold, too, and may change at any time.
#[derive(Clone, Debug)]
struct Shared(Arc<AtomicU32>);

impl Serialize for Shared {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(self.0.load(Ordering::SeqCst))
    }
}

impl<'de> Deserialize<'de> for Shared {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(|number| Self(Arc::new(AtomicU32::new(number))))
    }
}

#[requires_approval(action = "bank.pay", bind = "decoded", skip(gate), gate = gate)]
async fn pay_shared(gate: &Gate, cents: Shared) -> Result<u32, Denied> {
    Ok(cents.0.load(Ordering::SeqCst))
}

#[tokio::test(start_paused = true)]
async fn whoever_else_holds_an_argument_changes_nothing_of_what_was_decoded() {
    let cents = Shared(Arc::new(AtomicU32::new(7)));
    let held = Arc::clone(&cents.0);
    let meddling = PolicyFn::new("meddling/1", move |_| {
        held.store(9, Ordering::SeqCst);
        Verdict::Allow
    });
    let gate = gate(meddling.unwrap(), &MockApprover::approving()).await;
    assert_eq!(pay_shared(&gate, cents.clone()).await, Ok(7));
    assert_eq!(cents.0.load(Ordering::SeqCst), 9);
}

/// What a tool gives back: never an error of its own.
#[derive(Debug, PartialEq)]
enum Told {
    Done(u32),
    Refused(String),
}

#[expect(clippy::needless_pass_by_value, reason = "the gate gives it away")]
fn tell(why: Denied) -> Told {
    Told::Refused(why.to_string())
}

#[requires_approval(action = "bank.pay", on_denied = tell, skip(gate), gate = gate)]
async fn pay_told(gate: &Gate, cents: u32) -> Told {
    Told::Done(cents)
}

/// An error that knows nothing of denials.
#[derive(Debug, PartialEq)]
struct NoFunds;

#[expect(clippy::unnecessary_wraps, reason = "the gated function returns this")]
fn none(_why: Denied) -> Result<Option<u32>, NoFunds> {
    Ok(None)
}

#[requires_approval(action = "bank.pay", on_denied = none, skip(gate), gate = gate)]
async fn pay_if(gate: &Gate, cents: u32) -> Result<Option<u32>, NoFunds> {
    if cents > 5 { Err(NoFunds) } else { Ok(Some(cents)) }
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_told_in_ones_own_way_and_an_error_is_still_an_error() {
    let no = gate(always(), &MockApprover::rejecting("not now")).await;
    let told = pay_told(&no, 1).await;
    let Told::Refused(why) = told else { panic!("{told:?}") };
    assert!(why.contains("not now"), "{why}");
    assert_eq!(pay_if(&no, 1).await, Ok(None));

    let yes = gate(always(), &MockApprover::approving()).await;
    assert_eq!(pay_told(&yes, 1).await, Told::Done(1));
    assert_eq!(pay_if(&yes, 1).await, Ok(Some(1)));
    assert_eq!(pay_if(&yes, 6).await, Err(NoFunds));
    let trail = yes.trail().await;
    let mut ends: Vec<_> = trail.states().map(|(_, state)| state.outcome().cloned()).collect();
    ends.sort_by_key(|end| format!("{end:?}"));
    let ended = |execution| Some(Outcome::Executed(execution));
    let (failed, done) = (ended(Execution::Failed), ended(Execution::Succeeded));
    assert_eq!(ends, [failed, done.clone(), done], "the error of the body, and two that ran well");
}
