//! A dispatcher whose tools are known only at run time: one turn of a model with parallel calls. What does not fit a
//! tool's schema is refused before anybody is asked; the rest is allowed, approved or rejected, each call by itself.
//!
//! `cargo run --example dynamic_tools --features tools`

#![expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;

use approvals::{
    Denied, Gate, Keyring, MemoryLedger, Obligation, Obligations, PolicyFn, Principal, Requester,
    Risk, ToolCall, Tools, Verdict, canonical,
};
use approvals_testkit::{Answer, MockApprover};
use serde_json::Value;

/// What the server says that it has, as in an answer to MCP's `tools/list`.
const LISTED: &str = r#"[
    {"name": "readFile", "inputSchema": {"type": "object", "required": ["path"],
        "properties": {"path": {"type": "string"}}, "additionalProperties": false}},
    {"name": "deleteFile", "inputSchema": {"type": "object", "required": ["path"],
        "properties": {"path": {"type": "string"}}, "additionalProperties": false}}
]"#;

/// What the model wants, all at once.
const TURN: &str = r#"[
    {"id": "call_1", "name": "readFile", "input": {"path": "notes/a.md"}},
    {"id": "call_2", "name": "deleteFile", "input": {"path": "notes/a.md"}},
    {"id": "call_3", "name": "deleteFile", "input": {"path": "notes/taxes.md"}},
    {"id": "call_4", "name": "deleteFile", "input": {"path": 7}}
]"#;

/// The dispatcher that was there before: it runs what it is given, which is what was approved.
fn dispatch(call: &ToolCall) -> String {
    format!("{} of {} is done", call.tool(), call.arguments())
}

fn text(call: &Value, member: &str) -> String {
    call.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tools = Tools::new("files", &canonical::parse(LISTED.as_bytes(), 4096)?)?
        .tool_risk("readFile", Risk::Low)?;
    let owner = Obligations::new([Obligation::new("one-owner")?.seats("owners", 1)?]);
    let policy = PolicyFn::new("by-risk/1", move |call| match call.risk() {
        Risk::Low => Verdict::Allow,
        Risk::Medium | Risk::High | Risk::Critical => Verdict::Review(owner.clone()),
    })?;
    let answers = [Answer::Approve, Answer::Reject("keep it".into())];
    let (keys, person) = (Keyring::generate()?, MockApprover::script(answers));
    let gate = Gate::builder()
        .policy(policy)
        .ledger(MemoryLedger::new("example.com/files/test", keys.log).await?)
        .directory(MockApprover::directory(["owners"])?)
        .approver(person.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .requester(Requester::new(Principal::agent("agent:tidy-up")?));
    let gate = gate.build().await?;

    let turn = canonical::parse(TURN.as_bytes(), 4096)?;
    let calls = turn.as_array().into_iter().flatten().map(|call| {
        let input = call.get("input").cloned().unwrap_or_default();
        ToolCall::new(text(call, "name"), input).key(text(call, "id"))
    });
    let body = async |_permit, call: ToolCall| Ok::<_, Denied>(dispatch(&call));
    let results = tools.run_batch(&gate, calls, body).await;
    for result in &results {
        println!("{}", result.as_ref().map_or_else(ToString::to_string, Clone::clone));
    }
    let told: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(told, [true, true, false, false]);
    assert_eq!(person.cards().len(), 2, "about the read and the wrong path nobody was asked");
    Ok(())
}
