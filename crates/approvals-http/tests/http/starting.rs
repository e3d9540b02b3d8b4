//! What an agent carries out itself: started once, and told of.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::world::{World, deploy};

impl World {
    fn starting(&self, id: &str, attempt: &str, body: &Value) -> Call {
        self.agent("POST", &format!("/v1/requests/{id}/start")).key(attempt).json(body)
    }

    async fn start(&self, id: &str, attempt: &str) -> Answer {
        self.starting(id, attempt, &deploy()).send().await
    }

    async fn finish(&self, id: &str, fence: u64, told: &str) -> Answer {
        let body = json!({ "fence": fence, "told": told });
        self.agent("POST", &format!("/v1/requests/{id}/finish")).json(&body).send().await
    }

    async fn granted(&self, key: &str) -> String {
        let id = self.asked(key).await;
        assert_eq!(self.decide("mira", &id, "approve").await.status, 200);
        id
    }
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_is_started_by_one_attempt_and_its_end_is_told() {
    let world = World::new().await;
    let id = world.granted("mine").await;
    let first = world.start(&id, "try-1").await;
    assert_eq!(first.status, 200, "{first:?}");
    let started = first.json();
    assert_eq!((&started["request"], &started["fence"]), (&json!(id), &json!(1)));
    let asked = world.agent("GET", &format!("/v1/requests/{id}")).send().await.json();
    assert_eq!((&asked["phase"], &asked["action_digest"]), (&json!("started"), &started["action"]));
    // A grant as an executor elsewhere verifies it.
    let jws = started["grant"].as_str().unwrap();
    assert_eq!(jws.split('.').count(), 3);

    // The answer was lost: the same attempt gets it again, and another one is told that it is in doubt.
    let size = world.site.size().await;
    assert_eq!(world.start(&id, "try-1").await.json(), started);
    let other = world.start(&id, "try-2").await;
    assert_eq!(refused(&other), (409, "in-doubt".to_owned()));
    assert_eq!((&other.json()["request"], &other.json()["retry_from"]), (&json!(id), &Value::Null));

    assert_eq!(refused(&world.finish(&id, 2, "succeeded").await), (409, "not-possible-now".into()));
    assert_eq!(world.site.size().await, size);
    let finished = world.finish(&id, 1, "succeeded").await;
    assert_eq!((finished.status, &finished.json()["outcome"]), (200, &json!("succeeded")));
    let size = world.site.size().await;
    let again = world.finish(&id, 1, "succeeded").await;
    assert_eq!((again.status, &again.json()["outcome"]), (200, &json!("succeeded")));
    assert_eq!(refused(&world.finish(&id, 1, "failed").await), (409, "not-possible-now".into()));
    for attempt in ["try-1", "try-3"] {
        let ran = world.start(&id, attempt).await;
        assert_eq!(refused(&ran), (409, "already-ran".to_owned()));
        assert_eq!(ran.json()["succeeded"], true);
    }
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_is_started_without_a_grant() {
    let world = World::new().await;
    let read = json!({ "action": "db.read", "arguments": {} });
    let asked = world.submit("k", &read).await.json();
    let id = asked["id"].as_str().unwrap();
    let started = world.starting(id, "try", &read).send().await;
    assert_eq!((started.status, &started.json()["grant"]), (200, &Value::Null));
    assert_eq!(world.finish(id, 1, "panicked").await.json()["outcome"], "panicked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_have_not_agreed_to_is_not_started() {
    let world = World::new().await;
    let pending = world.asked("pending").await;
    let size = world.site.size().await;
    let early = world.start(&pending, "try").await;
    assert_eq!(refused(&early), (409, "undecided".to_owned()));
    assert_eq!(early.json()["retryable"], true);
    assert_eq!(
        refused(&world.finish(&pending, 1, "failed").await),
        (409, "not-possible-now".into())
    );
    assert_eq!(world.site.size().await, size);

    let withdrawn = world.granted("withdrawn").await;
    world.agent("POST", &format!("/v1/requests/{withdrawn}/withdraw")).send().await;
    assert_eq!(refused(&world.start(&withdrawn, "try").await), (409, "withdrawn".into()));

    let rejected = world.asked("rejected").await;
    let path = format!("/v1/reviews/{rejected}");
    let card = world.page("mira", "GET", &path).send().await.json()["card"]["digest"].clone();
    let no = json!({ "card": card, "choice": "reject", "reason": "not on a Friday" });
    world.page("mira", "POST", &format!("{path}/decide")).json(&no).send().await;
    let answer = world.start(&rejected, "try").await;
    assert_eq!(refused(&answer), (403, "rejected".to_owned()));
    let members = (&answer.json()["by"], &answer.json()["reason"]);
    assert_eq!(members, (&json!("u:mira"), &json!("not on a Friday")));

    let body = json!({ "action": "app.deploy", "arguments": {}, "expires_after_ms": 300 });
    let expires = world.submit("expires", &body).await.json()["id"].as_str().unwrap().to_owned();
    tokio::time::sleep(Duration::from_millis(900)).await;
    let late = world.starting(&expires, "try", &body).send().await;
    assert_eq!(refused(&late), (409, "expired".to_owned()));
    let asked = world.agent("GET", &format!("/v1/requests/{expires}")).send().await.json();
    assert_eq!((&asked["outcome"], &asked["cause"]), (&json!("expired"), &json!("expired")));
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_what_was_approved_is_started() {
    let world = World::new().await;
    let id = world.granted("mine").await;
    let size = world.site.size().await;
    for other in [
        json!({ "action": "app.deploy", "arguments": { "version": 8 } }),
        json!({ "action": "app.deploy", "arguments": { "version": 7 }, "risk": "critical" }),
        json!({ "action": "app.destroy", "arguments": { "version": 7 } }),
        json!({ "action": "app.deploy", "arguments": { "version": 7 }, "redacted": { "a": 1 } }),
    ] {
        let answer = world.starting(&id, "try", &other).send().await;
        assert_eq!(refused(&answer), (409, "changed".to_owned()), "{other}");
    }
    let without = world.agent("POST", &format!("/v1/requests/{id}/start")).json(&deploy());
    assert_eq!(refused(&without.send().await), (400, "no-idempotency-key".to_owned()));
    assert_eq!(world.site.size().await, size);
    // A risk that is said to be less than the token's is what it was when it was asked.
    let low = json!({ "action": "app.deploy", "arguments": { "version": 7 }, "risk": "low" });
    assert_eq!(world.starting(&id, "try", &low).send().await.status, 200);
    for told in ["changed", "not_run", "resolved_done", ""] {
        assert_eq!(refused(&world.finish(&id, 1, told).await), (400, "malformed".into()), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_start_the_same_one_does() {
    let world = World::new().await;
    let id = world.granted("mine").await;
    let calls = (0..8).map(|n| world.starting(&id, &format!("try-{n}"), &deploy()));
    let calls: Vec<_> = calls.map(|call| tokio::spawn(async move { call.send().await })).collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}
