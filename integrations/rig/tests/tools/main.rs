//! Gated tools, called with a model's arguments through the door that rig's agents use.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which fail by panicking")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use approvals::{
    Denied, Gate, Keyring, MemoryLedger, Obligation, Obligations, PolicyFn, Principal, Requester,
    Verdict, requires_approval,
};
use approvals_rig::refused;
use approvals_testkit::MockApprover;
use rig_core::rig_tool;
use rig_core::tool::{ErasedTool, Tool, ToolContext, ToolExecutionError, ToolResult};

tokio::task_local! {
    /// What has been paid, in one test.
    static PAID: AtomicU64;
}

fn pay(order: &str, cents: u64) -> String {
    PAID.with(|paid| paid.fetch_add(cents, Ordering::SeqCst));
    format!("{cents} cents for {order}")
}

#[requires_approval(
    action = "shop.above",
    summary = "Refund {cents} cents for {order}",
    on_denied = refused
)]
#[rig_tool(description = "Pays money back.")]
async fn above(order: String, cents: u64) -> Result<String, ToolExecutionError> {
    Ok(pay(&order, cents))
}

#[rig_tool(description = "Pays money back.")]
#[requires_approval(
    action = "shop.below",
    summary = "Refund {cents} cents for {order}",
    on_denied = refused
)]
async fn below(order: String, cents: u64) -> Result<String, ToolExecutionError> {
    Ok(pay(&order, cents))
}

#[requires_approval(action = "shop.context-above", on_denied = refused, skip(context))]
#[rig_tool]
async fn context_above(
    order: String,
    #[rig(context)] context: &mut ToolContext,
    cents: u64,
) -> Result<String, ToolExecutionError> {
    context.insert_result(Receipt(cents))?;
    Ok(pay(&order, cents))
}

#[rig_tool]
#[requires_approval(action = "shop.context-below", on_denied = refused, skip(context))]
async fn context_below(
    order: String,
    context: &mut rig_core::tool::ToolContext,
    cents: u64,
) -> Result<String, ToolExecutionError> {
    context.insert_result(Receipt(cents))?;
    Ok(pay(&order, cents))
}

#[derive(serde::Serialize, serde::Deserialize, rig_core::ContextValue)]
struct Receipt(u64);

/// Written by hand, with an error of its own.
struct Written;

#[derive(serde::Serialize, serde::Deserialize)]
struct Refund {
    order: String,
    cents: u64,
}

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct ShopError(#[from] Denied);

impl Tool for Written {
    const NAME: &'static str = "written";
    type Args = Refund;
    type Output = String;
    type Error = ShopError;

    fn description(&self) -> String {
        "Pays money back.".into()
    }

    fn parameters(&self) -> serde_json::Value {
        serde_json::json!({ "type": "object" })
    }

    fn map_error(&self, error: ShopError) -> ToolExecutionError {
        refused(error.0)
    }

    #[requires_approval(action = "shop.written", skip(context))]
    async fn call(&self, context: &mut ToolContext, args: Refund) -> Result<String, ShopError> {
        let _ = context.insert_result(Receipt(args.cents));
        Ok(pay(&args.order, args.cents))
    }
}

/// What the model wrote, as it wrote it.
#[rig_tool]
#[requires_approval(action = "shop.raw", on_denied = refused)]
async fn raw(order: serde_json::Value) -> Result<String, ToolExecutionError> {
    Ok(pay(&order.to_string(), 1))
}

/// As it should not be: rig hides what it does not know.
#[rig_tool]
#[requires_approval(action = "shop.hidden")]
async fn hidden(order: String, cents: u64) -> Result<String, ShopError> {
    Ok(pay(&order, cents))
}

fn tools() -> Vec<Box<dyn ErasedTool>> {
    vec![
        Box::new(Above),
        Box::new(Below),
        Box::new(ContextAbove),
        Box::new(ContextBelow),
        Box::new(Written),
    ]
}

/// What the model is told of a refund of 4,200 cents, and what was paid. The policy asks, unless it has a reason not to.
async fn call(
    tool: &dyn ErasedTool,
    reviewer: &MockApprover,
    denied: Option<&str>,
) -> (ToolResult, u64) {
    call_with(r#"{ "order": "o-7", "cents": 4200 }"#, tool, reviewer, denied).await
}

async fn call_with(
    arguments: &str,
    tool: &dyn ErasedTool,
    reviewer: &MockApprover,
    denied: Option<&str>,
) -> (ToolResult, u64) {
    let keys = Keyring::generate().unwrap();
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let denied = denied.map(str::to_owned);
    let rule = move |_: &approvals::Facts<'_>| match &denied {
        Some(reason) => Verdict::Deny(reason.clone()),
        None => Verdict::Review(one.clone()),
    };
    let gate = Gate::builder()
        .policy(PolicyFn::new("ask/1", rule).unwrap())
        .ledger(MemoryLedger::new("example.org/test", keys.log).await.unwrap())
        .directory(MockApprover::directory(["ops"]).unwrap())
        .approver(reviewer.clone())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .build()
        .await
        .unwrap();
    let agent = Requester::new(Principal::agent("agent:a").unwrap());
    let arguments = arguments.to_owned();
    let mut context = ToolContext::new();
    let call = async {
        let told = gate.scope(agent, tool.execute(arguments, &mut context)).await;
        (told, PAID.with(|paid| paid.load(Ordering::SeqCst)))
    };
    PAID.scope(AtomicU64::new(0), call).await
}

#[tokio::test]
async fn an_approved_tool_runs_with_the_arguments_that_the_reviewer_saw() {
    for tool in tools() {
        let reviewer = MockApprover::approving();
        let (told, paid) = call(&*tool, &reviewer, None).await;
        assert!(told.is_success(), "{}: {told:?}", tool.name());
        assert_eq!((told.output().as_text(), paid), (Some("4200 cents for o-7"), 4_200));
        let cards = reviewer.cards();
        assert_eq!(cards.len(), 1, "{}", tool.name());
        let bound = serde_json::to_string(&cards[0].document().arguments).unwrap();
        assert!(bound.contains("o-7") && bound.contains("4200"), "{bound}");
    }
}

#[tokio::test]
async fn a_rejected_tool_does_not_run_and_the_model_reads_why() {
    for tool in tools() {
        let reviewer = MockApprover::rejecting("ask the customer first");
        let (told, paid) = call(&*tool, &reviewer, None).await;
        assert_eq!((told.is_refused(), paid), (true, 0), "{}: {told:?}", tool.name());
        assert_eq!(
            told.output().as_text(),
            Some(
                "u:reviewer rejected this action: ask the customer first. Do not ask for the same again"
            )
        );
        let refusal = told.refusal().unwrap();
        assert_eq!(refusal.retryable(), Some(false));
        assert!(matches!(refusal.downcast_ref(), Some(Denied::Rejected { .. })), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_tool_that_the_policy_denies_asks_nobody() {
    for tool in tools() {
        let reviewer = MockApprover::approving();
        let (told, paid) = call(&*tool, &reviewer, Some("nothing is paid at night")).await;
        assert_eq!((told.is_refused(), paid), (true, 0), "{}: {told:?}", tool.name());
        assert!(told.output().as_text().unwrap().contains("nothing is paid at night"));
        assert!(reviewer.cards().is_empty());
    }
}

#[tokio::test]
async fn a_denial_that_is_no_refusal_is_noticed_by_this_suite() {
    let reviewer = MockApprover::rejecting("ask the customer first");
    let (told, paid) = call(&Hidden, &reviewer, None).await;
    assert_eq!((told.is_refused(), told.is_error(), paid), (false, true, 0));
    assert!(!told.output().as_text().unwrap().contains("ask the customer first"));
}

/// rig has the maps of `serde_json` keep the order in which they were written, for the whole program.
#[tokio::test]
async fn the_order_in_which_a_model_writes_keys_changes_no_digest() {
    let mut digests = Vec::new();
    for arguments in [
        r#"{ "order": { "b": 1, "a": { "d": 2, "c": 3 } } }"#,
        r#"{ "order": { "a": { "c": 3, "d": 2 }, "b": 1 } }"#,
    ] {
        let reviewer = MockApprover::approving();
        let (told, paid) = call_with(arguments, &Raw, &reviewer, None).await;
        assert_eq!((told.is_success(), paid), (true, 1), "{told:?}");
        digests.push(reviewer.cards()[0].request().action);
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn without_a_gate_nothing_runs() {
    for tool in tools() {
        let arguments = r#"{ "order": "o-7", "cents": 4200 }"#.to_owned();
        let told = tool.execute(arguments, &mut ToolContext::new()).await;
        assert!(told.is_refused(), "{told:?}");
        assert_eq!(told.output().as_text(), Some(Denied::NoGate.to_string().as_str()));
    }
}

/// The context goes to the model's side nowhere, and the parameters keep their schema.
#[test]
fn the_schema_of_a_gated_tool_has_its_parameters_alone() {
    for tool in tools().into_iter().take(4) {
        let schema = tool.parameters();
        let names: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert!(names.into_iter().eq(["cents", "order"]), "{}: {schema}", tool.name());
    }
}
