//! What a list of tools that somebody else has written cannot do.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use approvals_core::*;
use approvals_testkit::{MockApprover, Ran, TestGate};
use approvals_tools::{ToolCall, Tools, ToolsError};
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
    let tools = Tools::new("x", &one("t", schema)).unwrap();
    let policy = PolicyFn::new("lax/1", |_| Verdict::Allow).unwrap();
    let gate = TestGate::new(policy, &MockApprover::approving()).await;
    tools.run(&gate, ToolCall::new("t", arguments), async |_permit, _call| Ok(())).await
}

/// Whether the list is taken does not matter, as long as this ends.
async fn ends(schema: &Value, arguments: Value) {
    if Tools::new("x", &one("t", schema)).is_ok() {
        let _ended = run(schema, arguments).await;
    }
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
        ends(&schema, json!({ "a": { "a": 1 } })).await;
    }
}

/// A schema that refers on and on: each level is made of the reference to the next.
fn levels(count: usize, level: impl Fn(Value) -> Value) -> Value {
    let next = |n: usize| json!({ "$ref": format!("#/$defs/{n}") });
    let mut definitions: serde_json::Map<String, Value> =
        (0..count).zip(1..).map(|(n, after)| (n.to_string(), level(next(after)))).collect();
    definitions.insert(count.to_string(), json!({ "required": ["b"] }));
    json!({ "$defs": definitions, "$ref": "#/$defs/0" })
}

#[test]
fn a_schema_that_takes_too_long_whatever_the_arguments_is_refused_with_the_list() {
    for schema in [
        levels(26, |next| json!({ "allOf": [next.clone(), next] })),
        levels(26, |next| json!({ "not": next.clone(), "anyOf": [next] })),
        levels(26, |next| json!({ "if": next.clone(), "then": next.clone(), "else": next })),
        levels(26, |next| json!({ "$ref": next["$ref"], "dependentSchemas": { "a": next } })),
        levels(26, |next| json!({ "unevaluatedProperties": false, "oneOf": [next.clone(), next] })),
        levels(1000, |next| next),
        json!({ "$ref": "#" }),
        json!({ "$dynamicRef": "#" }),
        json!({ "$defs": { "a": { "$id": "x", "$ref": "#" } }, "$ref": "#/$defs/a" }),
        json!({ "$ref": "#/$defs/nowhere" }),
        json!({ "$ref": "other.json#/a" }),
    ] {
        let refused = Tools::new("x", &one("t", &schema)).unwrap_err();
        assert!(matches!(refused, ToolsError::Schema { .. }), "{refused}");
    }
}

#[tokio::test]
async fn arguments_for_which_a_schema_takes_too_long_are_refused() {
    let twice = json!([{ "$ref": "#" }, { "$ref": "#" }]);
    let deep = (0..50).fold(json!({ "b": 1 }), |inner, _| json!({ "a": inner }));
    for schema in [
        json!({ "properties": { "a": { "allOf": twice } } }),
        json!({ "additionalProperties": { "oneOf": twice } }),
        json!({ "patternProperties": { "a": { "$ref": "#" }, "^a": { "$ref": "#" } } }),
        json!({ "properties": { "a": { "$ref": "#" } }, "unevaluatedProperties": { "$ref": "#" } }),
    ] {
        let Err(Denied::Invalid(why)) = run(&schema, deep.clone()).await else {
            panic!("{schema} ran")
        };
        assert!(why.to_string().contains("takes more than 200000 steps"), "{why}");
    }
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_as_a_tree_does_is_of_use() {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://example.com/filter",
        "definitions": { "filter": {
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "$ref": "#/definitions/filter" } },
                { "type": "object", "additionalProperties": { "$ref": "#/definitions/filter" } },
            ],
        } },
        "properties": { "where": { "$ref": "#/definitions/filter" } },
    });
    let filter =
        |leaf: &Value| (0..20).fold(leaf.clone(), |inner, _| json!({ "and": [inner, "b"] }));
    assert_eq!(run(&schema, json!({ "where": filter(&json!("a")) })).await, Ok(()));
    assert!(matches!(
        run(&schema, json!({ "where": filter(&json!(1)) })).await,
        Err(Denied::Invalid(_))
    ));
    let rows = json!({ "properties": { "rows": { "items": { "required": ["id"] } } } });
    let many: Vec<Value> = (0..5_000).map(|n| json!({ "id": n })).collect();
    assert_eq!(run(&rows, json!({ "rows": many })).await, Ok(()));
}

#[tokio::test]
async fn a_schema_as_deep_as_it_may_be_is_read_and_checked() {
    for level in [
        (|next| json!({ "allOf": [next] })) as fn(Value) -> Value,
        |next| json!({ "anyOf": [next] }),
        |next| json!({ "not": next }),
    ] {
        ends(&levels(95, level), json!({ "a": 1 })).await;
    }
    ends(&levels(1000, |next| json!({ "properties": { "a": next } })), json!({})).await;
    ends(&levels(1000, |next| json!({ "items": next })), json!({})).await;
}

#[tokio::test]
async fn deep_arguments_are_refused_before_a_schema_walks_through_them() {
    let schema = json!({ "properties": { "a": { "allOf": [{ "$ref": "#" }, { "$ref": "#" }] } } });
    let deep = (0..500).fold(json!({ "b": 1 }), |inner, _| json!({ "a": inner }));
    assert!(matches!(run(&schema, deep).await, Err(Denied::Invalid(_))));
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
        ends(&schema, json!({ "s": format!("{}!", "a".repeat(50_000)) })).await;
        let many = json!({ "patternProperties": { pattern: { "type": "null" } } });
        ends(&many, json!({ "a".repeat(50_000): 1 })).await;
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

/// The list is taken, and the call refused before anything is checked.
async fn takes_too_long(schema: &Value, arguments: Value) {
    let denied = run(schema, arguments).await.unwrap_err();
    assert!(denied.to_string().contains("takes more than 200000 steps"), "{denied}");
}

fn each_item(schema: &Value) -> Value {
    json!({ "properties": { "a": { "items": schema } } })
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{n:x}")).collect()
}

#[tokio::test]
async fn a_schema_that_requires_much_of_many_items_is_refused() {
    // (Some 2 GB of errors, for 12 KB of schema and 20 KB of arguments.)
    for keyword in
        [json!({ "required": names(2000) }), json!({ "dependentRequired": { "": names(2000) } })]
    {
        let items = json!({ "a": vec![json!({ "": 0 }); 2500] });
        takes_too_long(&each_item(&keyword), items).await;
    }
}

#[tokio::test]
async fn a_long_enum_of_many_items_is_refused() {
    let mut members: Vec<Value> = (1000..13_000).map(|n| json!(n)).collect();
    members.push(json!("x"));
    let schema = each_item(&json!({ "enum": members }));
    takes_too_long(&schema, json!({ "a": vec![9; 100_000] })).await;
}

#[tokio::test]
async fn a_schema_of_many_large_patterns_is_refused() {
    let patterns = (0..100).map(|n| json!({ "pattern": format!(r"\p{{L}}{{80}}{n}") }));
    let schema = json!({ "allOf": patterns.collect::<Vec<Value>>() });
    let refused = Tools::new("x", &one("t", &schema)).unwrap_err();
    assert!(refused.to_string().contains("is too large"), "{refused}");
}

#[tokio::test]
async fn many_patterns_that_look_at_one_long_text_are_refused() {
    let pattern = |n: usize| json!({ "pattern": format!("a[ab]{{1000}}c[ab]{{100}}d|x[ab]*y{n}") });
    let schema = json!({ "properties": { "a": {
        "allOf": (0..90).map(pattern).collect::<Vec<Value>>(),
    } } });
    takes_too_long(&schema, json!({ "a": "aabab".repeat(40_000) })).await;
}

#[tokio::test]
async fn to_count_what_a_schema_takes_does_not_take_long_itself() {
    let map = |count: usize, value: Value| -> Value {
        names(count)
            .into_iter()
            .map(|name| (name, value.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let mut unevaluated = map(7000, json!(0));
    unevaluated["unevaluatedProperties"] = json!(true);
    for (what, schema, arguments) in [
        // (Of an array, about which it says nothing.)
        ("unevaluated", json!({ "properties": { "a": unevaluated } }), json!(vec![0; 20_000])),
        ("keywords", each_item(&map(7000, json!(0))), json!(vec![0; 60_000])),
        (
            "properties",
            each_item(&json!({ "properties": map(4000, json!({})) })),
            json!(vec![json!({}); 60_000]),
        ),
    ] {
        println!("{what}");
        takes_too_long(&schema, json!({ "a": arguments })).await;
    }
}

#[test]
fn a_list_in_which_ids_stand_is_read_at_once() {
    let schema = json!({ "examples": vec![json!({ "id": "" }); 6000] });
    assert!(Tools::new("x", &one("t", &schema)).is_ok());
}

#[tokio::test]
async fn what_a_model_is_told_of_its_mistakes_is_short() {
    let schema = json!({ "additionalProperties": { "type": "string" } });
    let denied = run(&schema, json!({ "x".repeat(200_000): 1 })).await.unwrap_err();
    let told = denied.to_string().len();
    assert!(told < 10_000, "{told} bytes");
}

#[test]
fn schemas_as_libraries_write_them_are_taken() {
    let draft_4 = "http://json-schema.org/draft-04/schema#";
    let mut refused = Vec::new();
    for (of, schema) in [
        (
            "TypeBox, `Type.Recursive` at the root",
            json!({ "$id": "Node", "properties": {
            "nodes": { "type": "array", "items": { "$ref": "Node" } },
        } }),
        ),
        (
            "schemars 1 and ts-json-schema-generator, names with other letters",
            json!({
                "$defs": { "Page<T>": { "type": "string" } },
                "properties": { "page": { "$ref": "#/$defs/Page%3CT%3E" } },
            }),
        ),
        (
            "an example that is a schema",
            json!({ "properties": { "schema": {
            "examples": [{ "$ref": "#/components/schemas/Order" }],
        } } }),
        ),
        (
            "a default with an `$id`",
            json!({ "properties": { "document": {
            "default": { "$id": "https://example.com/order" },
        } } }),
        ),
        (
            "draft 4, a value with an `id`",
            json!({ "$schema": draft_4, "properties": { "who": {
            "enum": [{ "id": "u:mira" }],
        } } }),
        ),
    ] {
        if let Err(error) = Tools::new("x", &one("t", &schema)) {
            refused.push(format!("{of}: {error}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn a_schema_that_is_refused_says_what_to_write_instead() {
    let email = r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";
    for (of, schema, advice) in [
        (
            "zod 4, `z.email()`",
            json!({ "properties": { "to": {
            "type": "string", "format": "email", "pattern": email,
        } } }),
            "write it without look-around and back-references, or leave it out",
        ),
        (
            "TypeBox, `Type.Recursive` inside",
            json!({ "properties": { "tree": {
            "$id": "T0", "properties": { "nodes": { "items": { "$ref": "T0" } } },
        } } }),
            "leave it out",
        ),
        (
            "an anchor",
            json!({
                "$defs": { "a": { "$anchor": "a" } }, "properties": { "x": { "$ref": "#a" } },
            }),
            "write `#/$defs/…`",
        ),
    ] {
        let refused = Tools::new("x", &one("t", &schema)).unwrap_err().to_string();
        assert!(refused.contains(advice), "{of}: {refused}");
    }
}
