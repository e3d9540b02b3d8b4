//! What an agent submits is what is asked, once, and nobody else's business.

use serde_json::{Value, json};

use crate::client::Call;
use crate::world::{World, deploy};

#[tokio::test(flavor = "multi_thread")]
async fn one_key_is_one_request_however_often_it_is_sent() {
    let world = World::new().await;
    let first = world.submit("release-7", &deploy()).await;
    assert_eq!(first.status, 201, "{first:?}");
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(first.header("location"), Some(format!("/v1/requests/{id}").as_str()));
    let size = world.site.size().await;
    let again = world.submit("\"release-7\"", &deploy()).await;
    assert_eq!((again.status, again.json()["id"].as_str()), (200, Some(id.as_str())));
    // The same in other words is another call.
    let other = world
        .submit("release-7", &json!({ "action": "app.deploy", "arguments": { "version": 8 } }))
        .await;
    assert_eq!((other.status, other.problem().as_str()), (422, "idempotency-key-reused"));
    assert_eq!(other.json()["request"], id);
    assert_eq!(world.site.size().await, size);
    // Of somebody else the same key is another one.
    let theirs = world.call("POST", "/v1/requests").bearer(&world.site.tokens.other);
    let theirs = theirs.key("release-7").json(&deploy()).send().await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.json()["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_policy_says_is_on_record_and_told() {
    let world = World::new().await;
    let ask = async |action: &str| {
        world.submit(action, &json!({ "action": action, "arguments": {} })).await.json()
    };
    assert_eq!(ask("db.read").await["phase"], "allowed");
    let denied = ask("db.drop").await;
    assert_eq!(
        (denied["phase"].as_str(), denied["outcome"].as_str()),
        (Some("ended"), Some("denied"))
    );
    assert!(denied["detail"].as_str().unwrap().contains("only reads"));
    assert_eq!(ask("app.deploy").await["phase"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_for_its_actions_alone() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let size = world.site.size().await;
    let narrow = &world.site.tokens.narrow;
    let call = world.call("POST", "/v1/requests").bearer(narrow).key("k").json(&deploy());
    let answer = call.send().await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "out-of-scope"));
    let ask = async |action: &str| {
        let body = json!({ "action": action, "arguments": {} });
        let call = world.call("POST", "/v1/requests").bearer(narrow).key("k").json(&body);
        let answer = call.send().await;
        (answer.status, answer.problem())
    };
    for action in ["approvals.policy", "approvals.lift", "db.readx", "db", "db.read.all"] {
        assert_eq!(ask(action).await, (403, "out-of-scope".to_owned()), "{action}");
    }
    for none in ["*", "", "db.*"] {
        assert_eq!(ask(none).await, (400, "malformed".to_owned()), "{none}");
    }
    // Of the same agent, but not for this token.
    let read = world.call("GET", &format!("/v1/requests/{id}")).bearer(narrow).send().await;
    assert_eq!((read.status, read.problem().as_str()), (404, "not-found"));
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_touches_what_is_anothers() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let size = world.site.size().await;
    let nobodys = "0199b3c5-6f00-7000-8000-000000000000";
    let finished = json!({ "fence": 1, "told": "failed" });
    for (method, rest, body) in [
        ("GET", "", None),
        ("GET", "?wait=1", None),
        ("POST", "/withdraw", None),
        ("POST", "/start", Some(deploy())),
        ("POST", "/finish", Some(finished)),
    ] {
        let ask = async |id: &str| {
            let call = world.call(method, &format!("/v1/requests/{id}{rest}")).key("k");
            let call = body.iter().fold(call, Call::json);
            call.bearer(&world.site.tokens.other).send().await
        };
        let (theirs, none) = (ask(&id).await, ask(nobodys).await);
        // Not even that there is such a one.
        assert_eq!((theirs.status, theirs.text()), (404, none.text()), "{method} {rest}");
    }
    let list = world.call("GET", "/v1/requests").bearer(&world.site.tokens.other).send().await;
    assert_eq!(list.json()["items"], json!([]));
    assert_eq!(world.site.size().await, size);
    let own = world.agent("POST", &format!("/v1/requests/{id}/withdraw")).send().await;
    assert_eq!((own.status, own.json()["outcome"].as_str()), (200, Some("withdrawn")));
}

/// Fields of requests, decisions, grants, permits and events, and what other products have let agents say.
const INTERNAL: &[&str] = &[
    "requester",
    "principal",
    "on_behalf_of",
    "groups",
    "act",
    "sub",
    "id",
    "request",
    "approved",
    "approve",
    "approvers",
    "decision",
    "decisions",
    "choice",
    "card",
    "grant",
    "permit",
    "fence",
    "phase",
    "state",
    "outcome",
    "verdict",
    "ruling",
    "policy",
    "obligations",
    "quorum",
    "assurance",
    "reviewer",
    "identity",
    "signature",
    "envelope",
    "standing",
    "key",
    "asked_at",
    "approve_by",
    "log",
    "facts",
    "bypass",
    "force",
    "dry_run",
    "notes",
    "batch",
    "jti",
    "exp",
    "aud",
    "iss",
    "delegator",
    "seen",
    "at",
    "__proto__",
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_what_an_agent_may_say_is_taken_from_it() {
    let world = World::new().await;
    let size = world.site.size().await;
    for field in INTERNAL {
        for value in [json!(true), json!("agent:root"), json!({}), Value::Null] {
            let mut body = deploy();
            body[*field] = value;
            let answer = world.submit("k", &body).await;
            assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed"), "{field}");
        }
    }
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_could_be_read_in_two_ways_is_refused() {
    let world = World::new().await;
    let size = world.site.size().await;
    for text in [
        r#"{"action":"app.deploy","action":"db.read","arguments":{}}"#,
        r#"{"action":"app.deploy","arguments":{"a":1,"a":2}}"#,
        r#"{"action":"app.deploy","arguments":{"a":1e400}}"#,
        r#"{"action":"app.deploy","arguments":[]}"#,
        r#"{"action":"app.deploy","arguments":{}} {}"#,
        "[]",
        "null",
        "",
        "\u{feff}{}",
        &format!(
            r#"{{"action":"app.deploy","arguments":{{"a":{}1{}}}}}"#,
            "[".repeat(70),
            "]".repeat(70)
        ),
    ] {
        let call =
            world.agent("POST", "/v1/requests").key("k").with("content-type", "application/json");
        let answer = call.body(text).send().await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed"), "{text}");
    }
    assert_eq!(world.site.size().await, size);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_cannot_talk_its_risk_down() {
    let world = World::new().await;
    let ask = async |key: &str, risk: &str| {
        let body = json!({ "action": "app.deploy", "arguments": {}, "risk": risk });
        world.submit(key, &body).await.json()["risk"].clone()
    };
    assert_eq!(ask("a", "low").await, "high");
    assert_eq!(ask("b", "critical").await, "critical");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_on_no_card_and_what_is_said_beside_it_is() {
    let world = World::new().await;
    let body = json!({
        "action": "app.deploy", "arguments": { "version": 7 }, "redacted": { "token": "hunter2" },
        "shown": { "diff": "+ one line" }, "unbound": ["client"], "intent": "Make room",
    });
    let asked = world.submit("k", &body).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let path = format!("/v1/reviews/{}", asked.json()["id"].as_str().unwrap());
    let review = world.page("mira", "GET", &path).send().await;
    let parts: Vec<_> = review.json()["card"]["sections"].as_array().unwrap().clone();
    let parts: Vec<_> = parts.iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["facts", "arguments", "worked_out", "hidden", "unbound", "claims"]);
    assert!(!review.text().contains("hunter2") && !asked.text().contains("hunter2"));
    assert!(review.text().contains("Make room"));
    // The same with another secret is another call.
    let mut other = body.clone();
    other["redacted"]["token"] = json!("hunter3");
    assert_eq!(world.submit("k", &other).await.problem(), "idempotency-key-reused");
    assert_eq!(world.submit("k", &body).await.status, 200);
    // What cannot be read is not repeated.
    let call =
        world.agent("POST", "/v1/requests").key("l").with("content-type", "application/json");
    let twice = r#"{"action":"app.deploy","redacted":{"hunter2":1,"hunter2":2}}"#;
    let refused = call.body(twice).send().await;
    assert_eq!((refused.status, refused.text().contains("hunter2")), (400, false));
}
