//! What reviewers see and decide.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_somebody_is_listed_for_them_and_gone_once_they_have_decided() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let list = async |name: &str| world.page(name, "GET", "/v1/reviews").send().await.json();
    assert_eq!(list("mira").await["waiting"][0]["id"], id.as_str());
    // Who is not asked, sees nothing.
    let zoe = list("zoe").await;
    assert_eq!((&zoe["waiting"], &zoe["items"]), (&json!([]), &json!([])));
    let decided = world.decide("mira", &id, "approve").await;
    assert_eq!(
        (decided.status, decided.json()["request"]["phase"].as_str()),
        (200, Some("granted"))
    );
    let mira = list("mira").await;
    assert_eq!(
        (&mira["waiting"], &mira["items"][0]["phase"]),
        (&json!([]), &Value::from("granted"))
    );
    let found = world.page("tom", "GET", "/v1/reviews?q=DEPLOY").send().await.json();
    assert_eq!(found["items"][0]["id"], id.as_str());
    let none = world.page("tom", "GET", "/v1/reviews?q=nothing-like-it").send().await.json();
    assert_eq!(none["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_reads_the_card_and_decides_about_exactly_that() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let path = format!("/v1/reviews/{id}");
    let review = world.page("mira", "GET", &path).send().await.json();
    let parts: Vec<_> = review["card"]["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["part"].clone())
        .collect();
    assert_eq!(parts, ["facts", "arguments"]);
    assert_eq!(
        (&review["approve"]["may"], &review["timeline"][0]["what"]),
        (&json!(true), &json!("asked"))
    );
    let other = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let size = world.site.size().await;
    let body = json!({ "card": other, "choice": "approve" });
    let refused = world.page("mira", "POST", &format!("{path}/decide")).json(&body).send().await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "other-card"));
    // Who decides is never in a body.
    for field in
        ["reviewer", "identity", "by", "assurance", "channel", "delegator", "request", "key", "at"]
    {
        let mut body = json!({ "card": review["card"]["digest"], "choice": "approve" });
        body[field] = json!("u:tom");
        let refused =
            world.page("mira", "POST", &format!("{path}/decide")).json(&body).send().await;
        assert_eq!((refused.status, refused.problem().as_str()), (400, "malformed"), "{field}");
    }
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_asked_cannot_tell_that_there_is_anything() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let size = world.site.size().await;
    let nobodys = "0199b3c5-6f00-7000-8000-000000000000";
    let body = json!({ "card": format!("sha256:{}", "0".repeat(64)), "choice": "approve" });
    let ask = async |id: &str| {
        let read = world.page("zoe", "GET", &format!("/v1/reviews/{id}")).send().await;
        let decide =
            world.page("zoe", "POST", &format!("/v1/reviews/{id}/decide")).json(&body).send().await;
        [(read.status, read.text()), (decide.status, decide.text())]
    };
    let theirs = ask(&id).await;
    assert_eq!(theirs, ask(nobodys).await);
    assert_eq!(theirs[0].0, 404);
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_decision_is_told_that_it_is_decided() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    assert_eq!(world.decide("mira", &id, "approve").await.status, 200);
    for name in ["mira", "tom"] {
        let again = world.decide(name, &id, "approve").await;
        assert_eq!((again.status, again.problem().as_str()), (409, "decided"));
        assert_eq!(again.json()["request"], id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_can_be_revoked_and_what_is_not_cannot() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let revoke = async || {
        let path = format!("/v1/reviews/{id}");
        let card = world.page("tom", "GET", &path).send().await.json()["card"]["digest"].clone();
        let body = json!({ "card": card, "reason": "wrong version" });
        world.page("tom", "POST", &format!("{path}/revoke")).json(&body).send().await
    };
    let early = revoke().await;
    assert_eq!((early.status, early.problem().as_str()), (409, "not-possible-now"));
    world.decide("mira", &id, "approve").await;
    let revoked = revoke().await;
    assert_eq!(revoked.json()["request"]["outcome"], "revoked", "{revoked:?}");
    let seen = world.agent("GET", &format!("/v1/requests/{id}")).send().await.json();
    assert!(seen["detail"].as_str().unwrap().contains("wrong version"), "{seen}");
}
