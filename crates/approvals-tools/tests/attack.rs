//! What a list of tools that somebody else has written cannot do.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use approvals_core::*;
use approvals_testkit::{MockApprover, Ran, TestGate};
use approvals_tools::{ToolCall, Tools};
use serde_json::{Value, json};

fn one(name: &str, schema: &Value) -> Value {
    json!([{ "name": name, "inputSchema": schema }])
}

#[test]
fn a_tool_of_one_prefix_is_no_tool_of_another() {
    let tool = |prefix: &str, name: &str| {
        let tools = Tools::new(prefix, &one(name, &json!({ "type": "object" }))).ok()?;
        let action = tools.actions().next()?.1.to_string();
        Some(action)
    };
    let trusted = tool("mcp.git", "status").unwrap();
    for name in ["git.status", "git/status", "git:status", "git status"] {
        assert_ne!(tool("mcp", name), Some(trusted.clone()), "{name}");
    }
}

async fn run(schema: &Value, arguments: Value) -> Result<(), Denied> {
    let Ok(tools) = Tools::new("x", &one("t", schema)) else { return Ok(()) };
    let policy = PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap();
    let gate = TestGate::new(policy, &MockApprover::approving()).await;
    tools.run(&gate, ToolCall::new("t", arguments), async |_permit, _call| Ok(())).await
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_ends() {
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#" }] }),
        json!({ "not": { "$ref": "#" } }),
        json!({ "anyOf": [{ "$ref": "#" }, { "$ref": "#" }] }),
        json!({ "$defs": { "a": { "$ref": "#/$defs/b" }, "b": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" }),
        json!({ "$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#" }),
        json!({ "$dynamicRef": "#" }),
        json!({ "if": { "$ref": "#" }, "then": { "$ref": "#" } }),
        json!({ "unevaluatedProperties": { "$ref": "#" }, "allOf": [{ "$ref": "#" }] }),
        json!({ "propertyNames": { "$ref": "#" }, "dependentSchemas": { "a": { "$ref": "#" } } }),
    ] {
        println!("{schema}");
        let _ended = run(&schema, json!({ "a": { "a": 1 } })).await;
    }
}

#[tokio::test]
#[ignore = "checking takes twice as long with each level of references, and nothing bounds it"]
async fn a_schema_cannot_keep_the_program_busy() {
    let mut definitions = serde_json::Map::new();
    for level in 0..26 {
        let next = json!({ "$ref": format!("#/$defs/d{}", level + 1) });
        definitions.insert(format!("d{level}"), json!({ "allOf": [next.clone(), next] }));
    }
    definitions.insert("d26".into(), json!({ "required": ["b"] }));
    let schema = json!({ "$defs": definitions, "$ref": "#/$defs/d0" });
    let denied = run(&schema, json!({ "a": 1 })).await;
    assert!(denied.is_err());
}

#[tokio::test]
async fn deep_arguments_are_refused_before_a_schema_walks_through_them() {
    let schema = json!({ "properties": { "a": { "allOf": [{ "$ref": "#" }, { "$ref": "#" }] } } });
    let deep = (0..500).fold(json!({ "b": 1 }), |inner, _| json!({ "a": inner }));
    assert!(matches!(run(&schema, deep).await, Err(Denied::Invalid(_))));
}

#[tokio::test]
#[ignore = "as above, with each level of the arguments"]
async fn a_schema_cannot_keep_the_program_busy_with_deep_arguments() {
    let schema = json!({ "properties": { "a": { "allOf": [{ "$ref": "#" }, { "$ref": "#" }] } } });
    let deep = (0..60).fold(json!({ "b": 1 }), |inner, _| json!({ "a": inner }));
    let _ended = run(&schema, deep).await;
}

#[tokio::test]
async fn numbers_that_a_schema_takes_are_those_that_run() {
    let schema = json!({ "properties": { "n": { "type": "integer", "maximum": 10 } } });
    for (text, runs) in
        [("1", true), ("1.0", true), ("-0.0", true), ("9007199254740993", false), ("1.5", false)]
    {
        let value: Value = serde_json::from_str(&format!("{{\"n\": {text}}}")).unwrap();
        assert_eq!(run(&schema, value).await.is_ok(), runs, "{text}");
    }
}

#[tokio::test]
async fn a_pattern_cannot_keep_the_program_busy() {
    for pattern in ["^(a+)+$", "(a{1000}){1000}", "(x+x+)+y", "(?=a)a"] {
        let schema = json!({ "properties": { "s": { "pattern": pattern } } });
        let _ended = run(&schema, json!({ "s": format!("{}!", "a".repeat(50_000)) })).await;
        let many = json!({ "patternProperties": { pattern: { "type": "null" } } });
        let _ended = run(&many, json!({ "a".repeat(50_000): 1 })).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_bad_and_good_calls_runs_the_good_ones_in_their_places() {
    let tools = Tools::new("x", &one("t", &json!({ "required": ["n"] }))).unwrap();
    let (reviewer, ran) = (MockApprover::approving(), Ran::default());
    let gate = TestGate::asking(&reviewer).await;
    let calls = (0..40).map(|n| {
        let arguments = if n % 2 == 0 { json!({ "n": n }) } else { json!({}) };
        ToolCall::new("t", arguments)
    });
    let body = async |_permit: Permit, call: ToolCall| {
        ran.now();
        Ok::<_, Denied>(call.arguments()["n"].clone())
    };
    let results = tools.run_batch(&gate, calls, body).await;
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result.is_ok(), n % 2 == 0, "{n} {result:?}");
        if let Ok(value) = result {
            assert_eq!(*value, json!(n));
        }
    }
    assert_eq!(ran.count(), 20);
}
