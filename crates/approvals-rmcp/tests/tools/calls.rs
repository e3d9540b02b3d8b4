//! What the client of a server gets to see of a gated tool.

use approvals_testkit::MockApprover;
use serde_json::json;

use crate::shop::Shop;
use crate::{agent, client, gate, request, text};

/// Every tool that pays a refund, and whether its answer is structured.
const TOOLS: [(&str, bool); 8] = [
    ("above", false),
    ("below", false),
    ("handles", false),
    ("bare", false),
    ("response", false),
    ("json", true),
    ("string", true),
    ("decoded", false),
];

async fn shop(reviewer: &MockApprover) -> Shop {
    Shop::new(gate(reviewer, Some(agent("agent:a"))).await)
}

#[tokio::test]
async fn an_approved_tool_runs_with_the_arguments_that_the_reviewer_saw() {
    for (tool, is_structured) in TOOLS {
        let reviewer = MockApprover::approving();
        let shop = shop(&reviewer).await;
        let client = client(shop.clone()).await;
        let refund = json!({ "order": "o-7", "cents": 4_200 });
        let answer = client.call_tool(request(tool, &refund)).await.unwrap();
        assert_eq!((answer.is_error, shop.paid()), (Some(false), 4_200), "{tool}: {answer:?}");
        if is_structured {
            assert_eq!(answer.structured_content, Some(json!({ "paid": 4_200 })), "{tool}");
        } else {
            assert_eq!(text(&answer), "4200 cents for o-7", "{tool}");
        }
        let cards = reviewer.cards();
        assert_eq!(cards.len(), 1, "{tool}");
        let document = cards.first().unwrap().document();
        assert_eq!(document.action.as_str(), format!("shop.{tool}"));
        let bound = document.arguments.values().next().unwrap();
        assert_eq!(serde_json::to_value(bound).unwrap(), refund, "{tool}");
    }
}

#[tokio::test]
async fn a_rejected_tool_does_not_run_and_the_model_reads_why() {
    for (tool, _) in TOOLS {
        let shop = shop(&MockApprover::rejecting("ask the customer first")).await;
        let client = client(shop.clone()).await;
        let refund = json!({ "order": "o-7", "cents": 4_200 });
        let answer = client.call_tool(request(tool, &refund)).await.unwrap();
        assert_eq!((answer.is_error, shop.paid()), (Some(true), 0), "{tool}: {answer:?}");
        assert_eq!(
            text(&answer),
            "u:reviewer rejected this action: ask the customer first. Do not ask for the same again",
            "{tool}"
        );
        assert_eq!(answer.structured_content, None, "{tool}");
    }
}

#[tokio::test]
async fn a_tool_that_the_policy_denies_asks_nobody() {
    let reviewer = MockApprover::approving();
    let shop = shop(&reviewer).await;
    let client = client(shop.clone()).await;
    let answer = client.call_tool(request("wipe", &json!({}))).await.unwrap();
    assert_eq!((answer.is_error, shop.paid()), (Some(true), 0));
    assert!(text(&answer).contains("nothing is ever wiped"), "{answer:?}");
    assert!(reviewer.cards().is_empty());
}

#[tokio::test]
async fn a_denial_that_is_no_tool_result_is_noticed_by_this_suite() {
    let shop = shop(&MockApprover::rejecting("no")).await;
    let client = client(shop).await;
    assert!(client.call_tool(request("hidden", &json!({}))).await.is_err());
}

#[tokio::test]
async fn gated_tools_are_listed_with_the_schema_of_their_parameters() {
    let client = client(shop(&MockApprover::approving()).await).await;
    let tools = client.list_all_tools().await.unwrap();
    for (name, _) in TOOLS {
        let tool = tools.iter().find(|tool| tool.name == name).unwrap();
        let schema = serde_json::to_value(&tool.input_schema).unwrap();
        assert_eq!(schema.pointer("/properties/cents/type"), Some(&json!("integer")), "{name}");
    }
}
