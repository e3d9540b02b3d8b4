//! Waiting for a decision.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::world::{Site, World};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_hears_of_a_decision_at_once() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let call = world.agent("GET", &format!("/v1/requests/{id}?wait=30"));
    let waiting = tokio::spawn(async move { (call.send().await, Instant::now()) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    let decided = world.decide("mira", &id, "approve").await;
    assert_eq!(decided.status, 200, "{decided:?}");
    let at = Instant::now();
    let (answer, heard) = waiting.await.unwrap();
    let json = answer.json();
    assert_eq!(
        (json["phase"].as_str(), json["decisions"][0]["by"].as_str()),
        (Some("granted"), Some("u:mira"))
    );
    assert!(heard.saturating_duration_since(at) < Duration::from_secs(2));
    // What is over already is answered at once; and another phase can be waited for.
    let again = world.agent("GET", &format!("/v1/requests/{id}?wait=30")).send().await;
    assert_eq!(again.json()["phase"], "granted");
    let call = world.agent("GET", &format!("/v1/requests/{id}?wait=1&unless=granted"));
    assert_eq!(call.send().await.json()["phase"], "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waited_long_enough_hears_that_nothing_has_changed() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let begun = Instant::now();
    let answer = world.agent("GET", &format!("/v1/requests/{id}?wait=1")).send().await;
    assert_eq!((answer.status, answer.json()["phase"].as_str()), (200, Some("pending")));
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_goes_on_with_another_server_over_the_same_ledger() {
    let site = Site::new().await;
    let first = site.serve(|capacity| capacity).await;
    let id = first.asked("mine").await;
    first.stop();
    let second = site.serve(|capacity| capacity).await;
    let call = second.agent("GET", &format!("/v1/requests/{id}?wait=30"));
    let waiting = tokio::spawn(async move { call.send().await });
    let third = site.serve(|capacity| capacity).await;
    assert_eq!(third.decide("tom", &id, "reject").await.status, 200);
    let answer = waiting.await.unwrap();
    assert_eq!(answer.json()["outcome"], "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_wait_than_there_is_room_for() {
    let site = Site::new().await;
    let world = site.serve(|capacity| capacity.long_polls(3, 2)).await;
    let id = world.asked("mine").await;
    let call = world.agent("GET", &format!("/v1/requests/{id}?wait=20"));
    let held = [call.open().await, call.open().await];
    tokio::time::sleep(Duration::from_millis(300)).await;
    let refused = call.send().await;
    assert_eq!((refused.status, refused.problem().as_str()), (429, "too-many"));
    assert!(refused.header("retry-after").is_some());
    // Looking is no waiting.
    assert_eq!(world.agent("GET", &format!("/v1/requests/{id}")).send().await.status, 200);
    // Whoever hangs up makes room.
    drop(held);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let call = world.agent("GET", &format!("/v1/requests/{id}?wait=1"));
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_answers_those_who_wait() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let call = world.agent("GET", &format!("/v1/requests/{id}?wait=30"));
    let waiting = tokio::spawn(async move { call.send().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.queue.leave();
    let answer = tokio::time::timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    assert_eq!((answer.status, &answer.json()["phase"]), (200, &Value::from("pending")));
    let ready = world.call("GET", "/readyz").send().await;
    assert_eq!((ready.status, ready.problem().as_str()), (503, "leaving"));
}
