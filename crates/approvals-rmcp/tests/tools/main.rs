//! Gated tools on a real server, called by a real client: rmcp's own, over a pipe within the process.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

mod calls;
mod properties;
mod shop;
mod whose;

use approvals::{
    Gate, Keyring, MemoryLedger, Obligation, Obligations, PolicyFn, Principal, Requester, Verdict,
};
use approvals_testkit::MockApprover;
use rmcp::model::{CallToolRequestParams, CallToolResult};
use rmcp::service::{RoleClient, RunningService};
use rmcp::{ServerHandler, ServiceExt as _};
use serde_json::Value;

/// A gate that asks `reviewer` about everything but what has `wipe` in its name, which it denies.
async fn gate(reviewer: &MockApprover, requester: Option<Requester>) -> Gate {
    let keys = Keyring::generate().unwrap();
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let rule = move |facts: &approvals::Facts<'_>| {
        if facts.action().as_str().contains("wipe") {
            Verdict::Deny("nothing is ever wiped".into())
        } else {
            Verdict::Review(one.clone())
        }
    };
    let gate = Gate::builder()
        .policy(PolicyFn::new("ask/1", rule).unwrap())
        .ledger(MemoryLedger::new("example.org/test", keys.log).await.unwrap())
        .directory(MockApprover::directory(["ops"]).unwrap())
        .approver(reviewer.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant);
    let gate = match requester {
        Some(requester) => gate.requester(requester),
        None => gate,
    };
    gate.build().await.unwrap()
}

fn agent(name: &str) -> Requester {
    Requester::new(Principal::agent(name).unwrap())
}

/// A client of this server, which lives as long as the client does.
async fn client(server: impl ServerHandler) -> RunningService<RoleClient, ()> {
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move { server.serve(ours).await.unwrap().waiting().await });
    ().serve(theirs).await.unwrap()
}

fn request(tool: &'static str, arguments: &Value) -> CallToolRequestParams {
    CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone())
}

fn text(result: &CallToolResult) -> &str {
    assert_eq!(result.content.len(), 1, "{result:?}");
    &result.content.first().unwrap().as_text().unwrap().text
}
