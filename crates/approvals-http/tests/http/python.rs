//! An agent in Python, which knows nothing but the API: `examples/http_agent.py`.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::json;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::world::World;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/http_agent.py");

fn agent(world: &World, version: &'static str) -> JoinHandle<Output> {
    let url = format!("http://{}", world.address);
    let token = world.site.tokens.deployer.clone();
    spawn_blocking(move || {
        let mut python = Command::new("python3");
        python.arg(SCRIPT).arg(version).env("APPROVALS_URL", url).env("APPROVALS_TOKEN", token);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            python.env_remove(proxy);
        }
        python.output().expect("python3 is installed")
    })
}

/// The one request, once it is there.
async fn waiting(world: &World) -> String {
    for _ in 0..200 {
        let list = world.page("mira", "GET", "/v1/reviews").send().await.json();
        if let Some(id) = list["waiting"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_in_python_runs_what_is_approved_once_and_tells_how_it_ended() {
    let world = World::new().await;
    let agent = agent(&world, "7");
    let id = waiting(&world).await;
    assert!(!agent.is_finished());
    assert_eq!(world.decide("mira", &id, "approve").await.status, 200);
    let output = agent.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "deployed version 7\n");
    let asked = world.agent("GET", &format!("/v1/requests/{id}")).send().await.json();
    assert_eq!(asked["outcome"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_in_python_runs_nothing_that_is_rejected_and_says_why() {
    let world = World::new().await;
    let agent = agent(&world, "7");
    let id = waiting(&world).await;
    let path = format!("/v1/reviews/{id}");
    let card = world.page("mira", "GET", &path).send().await.json()["card"]["digest"].clone();
    let no = json!({ "card": card, "choice": "reject", "reason": "not on a Friday" });
    let decided = world.page("mira", "POST", &format!("{path}/decide")).json(&no).send().await;
    assert_eq!(decided.status, 200);
    let output = agent.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(said.starts_with("not deployed: ") && said.contains("not on a Friday"), "{said}");
    assert!(!said.contains(&world.site.tokens.deployer));
}

#[test]
fn the_example_in_python_is_short_and_needs_nothing_but_python() {
    let text = std::fs::read_to_string(Path::new(SCRIPT)).unwrap();
    assert!(text.lines().count() < 60);
    let imports =
        text.lines().filter(|line| line.starts_with("import") || line.starts_with("from"));
    let imports: Vec<_> = imports.collect();
    assert_eq!(
        imports,
        ["import json, os, secrets, sys, time", "from urllib import error, request as http"]
    );
}
