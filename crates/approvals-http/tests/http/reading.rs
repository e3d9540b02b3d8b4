//! Reading changes nothing, and every error is a problem.

use serde_json::Value;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_reads_changes_nothing() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let document = world.call("GET", "/openapi.json").send().await.json();
    let size = world.site.size().await;
    for path in document["paths"].as_object().unwrap().keys() {
        let path = path.replace("{id}", &id).replace("{index}", "0").replace("{path}", "0/000.p/1");
        for method in ["GET", "HEAD", "OPTIONS"] {
            if path.ends_with("events") && method == "GET" && !path.contains("log")
                || path.ends_with("/stream")
            {
                continue; // A stream does not end.
            }
            for call in [
                world.call(method, &path),
                world.agent(method, &path),
                world.page("mira", method, &path),
                world.call(method, &path).bearer(&world.site.tokens.siem),
            ] {
                let answer = call.send().await;
                assert!(answer.status < 500, "{method} {path}: {answer:?}");
                // What a scanner follows, approves nothing.
                assert_eq!(world.site.size().await, size, "{method} {path}");
            }
        }
    }
    for scanned in ["?choice=approve", "?approve=1", "/decide?choice=approve", "/withdraw"] {
        let answer = world.page("mira", "GET", &format!("/v1/reviews/{id}{scanned}")).send().await;
        assert_eq!(world.site.size().await, size, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_a_problem() {
    let world = World::new().await;
    let id = world.asked("mine").await;
    let one = format!("/v1/requests/{id}");
    let json = ("content-type", "application/json");
    let post = |path: &str| world.agent("POST", path).key("k");
    for (call, status, kind) in [
        (world.call("GET", "/nowhere"), 404, "not-found"),
        (world.agent("DELETE", &one), 405, "method"),
        (
            world.agent("POST", "/v1/requests").with(json.0, json.1).body("{}"),
            400,
            "no-idempotency-key",
        ),
        (post("/v1/requests").body("{}"), 415, "media-type"),
        (post("/v1/requests").with(json.0, "text/plain").body("{}"), 415, "media-type"),
        (
            post("/v1/requests").with(json.0, json.1).with("content-encoding", "gzip").body("{}"),
            415,
            "media-type",
        ),
        (post("/v1/requests").with(json.0, json.1).body("{"), 400, "malformed"),
        (post("/v1/requests").with(json.0, json.1).body("{}"), 400, "malformed"),
        (post("/v1/requests").with(json.0, json.1).body(vec![b' '; 600 * 1024]), 413, "too-large"),
        (post(&format!("{one}/withdraw")).body("{}"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?limit=0"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?limit=201"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?limit=x"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?state=gone"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?admin=1"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?limit=1&limit=2"), 400, "malformed"),
        (world.agent("GET", "/v1/requests?cursor=x"), 400, "malformed"),
        (world.agent("GET", &format!("{one}?wait=61")), 400, "malformed"),
        (world.agent("GET", &format!("{one}?wait=-1")), 400, "malformed"),
        (world.agent("GET", "/v1/requests/%00"), 404, "not-found"),
        (
            world.agent("GET", &one.to_uppercase().replace("/V1/REQUESTS", "/v1/requests")),
            404,
            "not-found",
        ),
        (world.auditor("/v1/log/tile/0/001"), 404, "not-found"),
        (world.auditor("/v1/log/tile/..%2f..%2fetc"), 404, "not-found"),
        (world.auditor("/v1/log/proof/x"), 404, "not-found"),
        (world.auditor("/v1/log/proof/0?size=999"), 404, "not-found"),
    ] {
        let answer = call.send().await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (status, kind),
            "{call:?}\n{answer:?}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let allowed = world.agent("DELETE", &one).send().await;
    assert!(allowed.header("allow").is_some_and(|allow| allow.contains("GET")), "{allowed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_probes_learns_that_it_is_ready_and_its_public_keys() {
    let world = World::new().await;
    assert_eq!(world.call("GET", "/readyz").send().await.status, 200);
    let keys = world.call("GET", "/.well-known/jwks.json").send().await.json();
    let purposes: Vec<_> =
        keys["keys"].as_array().unwrap().iter().map(|key| key["purpose"].clone()).collect();
    assert_eq!(purposes.len(), 2);
    assert!(
        purposes.contains(&Value::from("grant")) && purposes.contains(&Value::from("recorder"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_a_problem_of_one_call_and_says_nothing_of_its_cause() {
    let world = World::new().await;
    let answer = world.call("GET", "/v1/reviews").bearer("panic").send().await;
    assert_eq!((answer.status, answer.problem().as_str()), (500, "internal"));
    assert!(!answer.text().contains("mistake in what knows people"));
    assert_eq!(world.page("mira", "GET", "/v1/reviews").send().await.status, 200);
}
