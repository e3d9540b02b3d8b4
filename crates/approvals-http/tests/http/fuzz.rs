//! Whatever anybody sends: no mistake of the server, no panic, and nothing in the log that was not asked for.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::world::World;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Bodies that are nearly good, and bodies that are nothing.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let field = prop::sample::select(vec![
        "action",
        "arguments",
        "resource",
        "risk",
        "summary",
        "reason",
        "break_glass",
        "tags",
        "review_required",
        "expires_after_ms",
        "session",
        "intent",
        "trace",
        "redacted",
        "shown",
        "unbound",
        "retry_after_ms",
        "fence",
        "told",
        "proof",
        "challenge",
        "card",
        "choice",
    ]);
    let near = (field, value()).prop_map(|(field, value)| {
        let mut body = json!({ "action": "app.deploy", "arguments": {} });
        body[field] = value;
        body.to_string().into_bytes()
    });
    prop_oneof![
        near,
        value().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..200)
    ]
}

/// What may stand in a header on its way.
fn header() -> impl Strategy<Value = Vec<u8>> {
    let byte = any::<u8>().prop_filter("ends the line", |byte| !matches!(byte, b'\r' | b'\n' | 0));
    prop::collection::vec(byte, 0..60)
}

#[test]
fn whatever_is_sent_is_answered_and_is_no_mistake_of_the_server() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let id = runtime.block_on(world.asked("mine"));
    let paths = [
        ("POST", "/v1/requests".to_owned()),
        ("POST", format!("/v1/requests/{id}/withdraw2")),
        ("POST", format!("/v1/requests/{id}/start")),
        ("POST", format!("/v1/requests/{id}/finish")),
        ("POST", format!("/v1/reviews/{id}/challenge")),
        ("POST", format!("/v1/reviews/{id}/decide")),
        ("POST", format!("/v1/reviews/{id}/revoke")),
        ("GET", "/v1/requests".to_owned()),
        ("GET", "/v1/reviews".to_owned()),
        ("GET", "/v1/log/events".to_owned()),
        ("GET", "/v1/log/proof/0".to_owned()),
    ];
    let names = [
        "authorization",
        "cookie",
        "idempotency-key",
        "content-type",
        "origin",
        "x-csrf-token",
        "last-event-id",
        "accept",
        "if-match",
        "range",
    ];
    let strategy = (
        prop::sample::select(paths.to_vec()),
        body(),
        prop::sample::select(names.to_vec()),
        header(),
        "[a-z=&%0-9A-Z+]{0,30}",
        any::<bool>(),
    );
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let run = runner.run(&strategy, |((method, path), body, name, value, query, as_agent)| {
        runtime.block_on(async {
            let path = if method == "GET" { format!("{path}?{query}") } else { path };
            let call = if as_agent {
                world.agent(method, &path)
            } else {
                world.page("mira", method, &path)
            };
            let call = call.key("fuzzed").with("content-type", "application/json");
            let answer = call.with(name, &value).body(&body).send().await;
            prop_assert!(answer.status < 500, "{:?}", answer);
            Ok(())
        })
    });
    run.unwrap();
    assert_eq!(runtime.block_on(world.call("GET", "/readyz").send()).status, 200);
}
