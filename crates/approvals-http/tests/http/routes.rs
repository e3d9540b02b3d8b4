//! Every route of the document, with every credential that is not for it.

use axum::routing::get;
use serde_json::{Value, json};

use approvals_http::SESSION_COOKIE;

use crate::client::Call;
use crate::world::{Site, World, deploy};

/// One operation of the OpenAPI document.
#[derive(Debug)]
struct Operation {
    method: String,
    path: String,
    /// Who may call it: none if it is open.
    kind: Option<String>,
}

async fn operations(world: &World) -> Vec<Operation> {
    let document = world.call("GET", "/openapi.json").send().await.json();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let kind =
                operation["security"][0].as_object().and_then(|one| one.keys().next().cloned());
            let (method, path) = (method.to_uppercase(), path.clone());
            operations.push(Operation { method, path, kind });
        }
    }
    operations
}

impl Operation {
    /// A call that lacks nothing but a credential.
    fn call(&self, world: &World, id: &str) -> Call {
        let path = self.path.replace("{id}", id).replace("{index}", "0");
        let call = world.call(&self.method, &path.replace("{path}", "0/000.p/1"));
        let card = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
        match self.path.rsplit('/').next() {
            Some("requests") if self.method == "POST" => call.key("of-a-stranger").json(&deploy()),
            Some("start") => call.key("of-a-stranger").json(&deploy()),
            Some("finish") => call.json(&json!({ "fence": 1, "told": "failed" })),
            Some("decide" | "challenge") => {
                call.json(&json!({ "card": card, "choice": "approve" }))
            }
            Some("revoke") => call.json(&json!({ "card": card, "reason": "no" })),
            _other => call,
        }
    }
}

/// Headers, and what they are.
type Shown = (&'static str, Vec<(&'static str, String)>);

/// Credentials that are not for calls of this kind, and what they are.
fn wrong(world: &World, kind: &str, method: &str) -> Vec<Shown> {
    let secrets = &world.site.tokens;
    let bearer = |token: &str| vec![("authorization", format!("Bearer {token}"))];
    let (origin, csrf) =
        (("origin", format!("http://{}", world.address)), ("x-csrf-token", "csrf-mira".to_owned()));
    let mut wrong = vec![
        ("none", vec![]),
        ("empty", vec![("authorization", String::new())]),
        ("no token", vec![("authorization", "Bearer ".to_owned())]),
        ("another scheme", vec![("authorization", format!("Basic {}", secrets.deployer))]),
        ("two tokens in one", bearer(&format!("{} {}", secrets.deployer, secrets.siem))),
        ("the header twice", [bearer(&secrets.deployer), bearer(&secrets.siem)].concat()),
        ("another spelling", bearer(&format!("{}=", secrets.deployer))),
        ("an unknown token", bearer(&secrets.unknown)),
        ("an unknown auditor", bearer(&secrets.unknown_siem)),
        ("an expired token", bearer(&secrets.expired)),
        ("an expired auditor", bearer(&secrets.expired_siem)),
        ("one kind as another", bearer(&secrets.deployer.replace("apr_req_", "apr_aud_"))),
        ("one kind as another", bearer(&secrets.siem.replace("apr_aud_", "apr_req_"))),
        (
            "a hash",
            bearer("sha256:0000000000000000000000000000000000000000000000000000000000000000"),
        ),
        (
            "an unknown session",
            vec![("cookie", format!("{SESSION_COOKIE}=x")), origin.clone(), csrf.clone()],
        ),
        (
            "a cookie of another name",
            vec![("cookie", "session=cookie-mira".to_owned()), origin.clone(), csrf.clone()],
        ),
        ("nobody in the directory", bearer("oidc-stranger")),
    ];
    wrong.extend(of_another_kind(world, kind, method));
    wrong
}

/// Good credentials, for something else; and sessions that lack what sessions need.
fn of_another_kind(world: &World, kind: &str, method: &str) -> Vec<Shown> {
    let secrets = &world.site.tokens;
    let bearer = |token: &str| vec![("authorization", format!("Bearer {token}"))];
    let cookie = |name: &str| ("cookie", format!("{SESSION_COOKIE}=cookie-{name}"));
    let origin = ("origin", format!("http://{}", world.address));
    let csrf = ("x-csrf-token", "csrf-mira".to_owned());
    let mut wrong = Vec::new();
    if kind != "requester" {
        wrong.push(("a requester's token", bearer(&secrets.deployer)));
    }
    if kind != "auditor" {
        wrong.push(("an auditor's token", bearer(&secrets.siem)));
    }
    if kind == "session" {
        wrong.push((
            "two sessions",
            vec![cookie("mira"), cookie("tom"), origin.clone(), csrf.clone()],
        ));
        wrong.push((
            "a session and a token",
            [vec![cookie("mira"), origin.clone(), csrf.clone()], bearer("oidc-mira")].concat(),
        ));
        wrong.push((
            "a foreign page",
            vec![cookie("mira"), ("origin", "https://evil.test".to_owned()), csrf.clone()],
        ));
        if method != "GET" {
            wrong.push(("no origin", vec![cookie("mira"), csrf]));
            wrong.push(("no csrf token", vec![cookie("mira"), origin.clone()]));
            wrong.push((
                "another's csrf token",
                vec![cookie("mira"), origin, ("x-csrf-token", "csrf-tom".to_owned())],
            ));
        }
    } else {
        wrong.push(("a session", vec![cookie("mira"), origin, csrf]));
        wrong.push(("a reviewer's token", bearer("oidc-mira")));
    }
    wrong
}

/// What is wrong with a server: the calls that it should have refused.
async fn let_in(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let id = world.asked("mine").await;
    let size = world.site.size().await;
    for operation in operations(world).await {
        let Some(kind) = &operation.kind else { continue };
        for (what, headers) in wrong(world, kind, &operation.method) {
            let call = operation.call(world, &id);
            let call = headers.iter().fold(call, |call, (name, value)| call.with(name, value));
            let answer = call.send().await;
            if !matches!(answer.status, 401 | 403) {
                found.push(format!(
                    "{} {} with {what}: {}",
                    operation.method, operation.path, answer.status
                ));
                continue;
            }
            let problem = answer.problem();
            assert_eq!(
                answer.status == 401,
                answer.header("www-authenticate").is_some(),
                "{answer:?}"
            );
            for (_, value) in &headers {
                let secret = value.split(['_', '-', '=']).next_back().unwrap_or_default();
                let is_repeated = secret.len() >= 20 && answer.text().contains(secret);
                assert!(!is_repeated, "{problem}: a credential is repeated");
            }
        }
    }
    if world.site.size().await != size {
        found.push("the ledger has changed".to_owned());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_but_the_one_of_its_kind_opens_a_route() {
    let world = World::new().await;
    assert_eq!(let_in(&world).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_that_lets_others_in_would_be_found() {
    let site = Site::new().await;
    let tokens = site.tokens.file.parse().unwrap();
    let world = site
        .serve_with(
            tokens,
            |capacity| capacity,
            |queue| {
                // As if somebody had added a twin without an extractor.
                axum::Router::new()
                    .route("/v1/log/checkpoint", get(async || "everything"))
                    .fallback_service(queue.router())
            },
        )
        .await;
    assert!(!let_in(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_every_route_its_credential_and_its_problems() {
    let world = World::new().await;
    let operations = operations(&world).await;
    let open: Vec<_> =
        operations.iter().filter(|one| one.kind.is_none()).map(|one| one.path.as_str()).collect();
    assert_eq!(open, ["/.well-known/jwks.json", "/healthz", "/openapi.json", "/readyz"]);
    assert_eq!(operations.len(), 22);
    let document = world.call("GET", "/openapi.json").send().await.json();
    for operation in &operations {
        let told = &document["paths"][&operation.path][operation.method.to_lowercase()];
        assert!(
            told["responses"]["503"]["content"]["application/problem+json"].is_object(),
            "{told}"
        );
    }
    let problem = document["components"]["schemas"]["Problem"].to_string();
    assert!(problem.contains("retryable") && problem.contains("Members"), "{problem}");
    let text: Value = serde_json::from_str(&world.queue.openapi()).unwrap();
    assert_eq!(text, document);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_answers_under_its_own_name_alone() {
    let world = World::new().await;
    for (method, path) in [("GET", "/v1/requests"), ("GET", "/openapi.json"), ("POST", "/nowhere")]
    {
        let port = world.address.port();
        for host in ["evil.test", "localhost", "127.0.0.1", "", &format!("evil.test:{port}")] {
            let answer = world
                .call(method, path)
                .at_host(host)
                .bearer(&world.site.tokens.deployer)
                .send()
                .await;
            assert_eq!((answer.status, answer.problem().as_str()), (421, "host"), "{host}");
        }
    }
    let without = world.call("GET", "/openapi.json").without_host().send().await;
    assert!(matches!(without.status, 400 | 421), "{without:?}");
    assert_eq!(world.call("GET", "/healthz").at_host("10.0.0.7").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_some_block_nobody_else_and_no_other_site_is_let_in() {
    let world = World::new().await;
    for _ in 0..200 {
        let answer =
            world.call("GET", "/v1/requests").bearer(&world.site.tokens.unknown).send().await;
        assert_eq!(answer.status, 401);
    }
    let answer =
        world.agent("GET", "/v1/requests").with("origin", "https://evil.test").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let preflight = world.call("OPTIONS", "/v1/requests").with("origin", "https://evil.test");
    let preflight = preflight.with("access-control-request-method", "POST").send().await;
    assert_eq!((preflight.status, preflight.problem().as_str()), (405, "method"));
}
