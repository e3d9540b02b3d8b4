//! What is counted, for those who watch from outside.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, set_default_local_recorder,
};
use approvals::*;

use crate::world::*;

/// Counts by name and labels; of a histogram, the last value.
#[derive(Clone, Debug, Default)]
struct Numbers(Arc<Mutex<BTreeMap<String, f64>>>);

#[derive(Debug)]
struct Number(Numbers, String);

impl Numbers {
    fn number(&self, key: &Key) -> Arc<Number> {
        let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
        Arc::new(Number(self.clone(), format!("{}{}", key.name(), labels.collect::<String>())))
    }

    #[track_caller]
    fn are(&self, expected: &[(&str, f64)]) {
        let mut found = self.0.lock().unwrap().clone();
        found.retain(|name, _| !name.starts_with("approvals_stage_seconds"));
        let expected = expected.iter().map(|(name, number)| ((*name).to_owned(), *number));
        assert_eq!(found, expected.collect());
    }
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
impl CounterFn for Number {
    fn increment(&self, by: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += by as f64;
    }

    fn absolute(&self, _value: u64) {
        panic!("nothing is counted elsewhere")
    }
}

impl GaugeFn for Number {
    fn increment(&self, by: f64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += by;
    }

    fn decrement(&self, by: f64) {
        GaugeFn::increment(self, -by);
    }

    fn set(&self, _value: f64) {
        panic!("nothing is counted elsewhere")
    }
}

impl HistogramFn for Number {
    fn record(&self, value: f64) {
        // Timers tick in milliseconds.
        self.0.0.lock().unwrap().insert(self.1.clone(), value.round());
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.number(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.number(key))
    }
}

#[tokio::test(start_paused = true)]
async fn decisions_are_counted_with_the_time_they_took_and_what_they_led_to() {
    let numbers = Numbers::default();
    let _here = set_default_local_recorder(&numbers);
    let world = World::new(asks([ask(1, "ops")])).await;
    world.submit(deploy()).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    world.approve("ann").await.unwrap();
    world.pick_up(deploy()).await.unwrap();
    assert!(world.approve("bob").await.is_err(), "too late");
    tokio::time::sleep(Duration::from_secs(1)).await;
    numbers.are(&[
        ("approvals_requests_total verdict=review", 1.0),
        ("approvals_decisions_total choice=approve in_time=true", 1.0),
        ("approvals_decisions_total choice=approve in_time=false", 1.0),
        ("approvals_decision_seconds choice=approve", 90.0),
        ("approvals_ended_total end=succeeded", 1.0),
        ("approvals_pending", 0.0),
        ("approvals_refused_votes_total reason=over", 1.0),
    ]);
}

#[tokio::test(start_paused = true)]
async fn it_is_told_how_long_each_stage_takes_and_what_waits() {
    let numbers = Numbers::default();
    let _here = set_default_local_recorder(&numbers);
    let number = |name: &str| numbers.0.lock().unwrap().get(name).copied();
    let world = World::new(asks([ask(1, "ops")])).await;
    let inner = world.clone();
    let running = tokio::spawn(async move {
        let body = async |_permit, _action| {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Ok::<_, Denied>(())
        };
        inner.gate.run(deploy(), body).await
    });
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(number("approvals_pending"), Some(1.0));
    world.approve("ann").await.unwrap();
    running.await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(number("approvals_pending"), Some(0.0));
    let stages = [("wait", 30.0), ("body", 5.0)];
    let at_once = ["describe", "rule", "ask", "start", "record"].map(|stage| (stage, 0.0));
    for (stage, seconds) in stages.into_iter().chain(at_once) {
        let name = format!("approvals_stage_seconds stage={stage}");
        assert_eq!(number(&name), Some(seconds), "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_counted_by_its_reason() {
    let numbers = Numbers::default();
    let _here = set_default_local_recorder(&numbers);
    let world = World::new(asks([ask(2, "ops")])).await;
    world.people.human("eve", &["sales"]);
    let running = world.start(deploy()).await;
    for (name, reason) in [("eve", "ineligible"), ("nobody", "unknown_person")] {
        world.approve(name).await.unwrap_err();
        let counter = format!("approvals_refused_votes_total reason={reason}");
        assert_eq!(numbers.0.lock().unwrap().get(&counter), Some(&1.0), "{name}");
    }
    world.reject("ann").await.unwrap();
    running.await.unwrap().unwrap_err();
    let stranger = world.gate.scope(agent(), async {}).await;
    assert_eq!(world.run(deploy()).await, Err(Denied::NoRequester), "{stranger:?}");
    let found = numbers.0.lock().unwrap().clone();
    assert_eq!(found["approvals_denied_total reason=rejected"], 1.0);
    assert_eq!(found["approvals_denied_total reason=no_requester"], 1.0);
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_and_what_expires_is_counted_apart() {
    let numbers = Numbers::default();
    let _here = set_default_local_recorder(&numbers);
    let world = World::new(PolicyFn::new("no/1", |_| Verdict::Deny("no".into())).unwrap()).await;
    world.run(deploy()).await.unwrap_err();
    let world = World::new(asks([ask(1, "ops")])).await;
    world.run(deploy()).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(1)).await;
    numbers.are(&[
        ("approvals_requests_total verdict=deny", 1.0),
        ("approvals_requests_total verdict=review", 1.0),
        ("approvals_denied_total reason=policy", 1.0),
        ("approvals_denied_total reason=expired", 1.0),
        ("approvals_pending", 0.0),
        ("approvals_ended_total end=denied", 1.0),
        ("approvals_ended_total end=expired", 1.0),
    ]);
}

#[tokio::test(start_paused = true)]
async fn an_emergency_that_nobody_has_reviewed_in_time_is_counted_and_one_that_was_is_not() {
    for reviewed in [false, true] {
        let numbers = Numbers::default();
        let _here = set_default_local_recorder(&numbers);
        let world = crate::break_glass::world(engines("break-glass")[0].clone()).await;
        let request = world.submit(crate::break_glass::emergency()).await;
        for name in ["pat", "pia", "ida"] {
            world.approve(name).await.unwrap();
        }
        world.pick_up(crate::break_glass::emergency()).await.unwrap();
        if reviewed {
            let sec = identity("chat", "sec");
            world.gate.desk().review(&sec, request, true, "no other way").await.unwrap();
        }
        let overdue = || numbers.0.lock().unwrap().contains_key("approvals_review_overdue_total");
        assert!(!overdue(), "there is time");
        tokio::time::sleep(Duration::from_secs(48 * 3600)).await;
        assert_eq!(overdue(), !reviewed);
    }
}
