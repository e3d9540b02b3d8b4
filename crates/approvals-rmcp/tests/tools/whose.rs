//! Where the gate is found, whose call it is, and what happens when a client stops waiting.

use std::sync::atomic::Ordering;
use std::time::Duration;

use approvals::{Phase, Requester};
use approvals_testkit::{Answer, MockApprover};
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::model::{CallToolRequest, CallToolRequestParams, CallToolResponse, ClientRequest};
use rmcp::service::{PeerRequestOptions, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt as _};
use serde_json::json;

use crate::shop::Shop;
use crate::{agent, client, gate, request, text};

/// The same tools, with a scope around each call, as the documentation of the crate has it.
struct Scoped {
    shop: Shop,
    tools: ToolRouter<Shop>,
    agent: Requester,
    /// Whether a call goes on when its client has stopped waiting: a mistake.
    goes_on: bool,
}

impl ServerHandler for Scoped {
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let cancelled = context.ct.clone();
        let call = self.tools.call(ToolCallContext::new(&self.shop, request, context));
        tokio::select! {
            answer = self.shop.gate.scope(self.agent.clone(), call) => answer,
            () = cancelled.cancelled(), if !self.goes_on => Err(ErrorData::internal_error("cancelled", None)),
        }
    }
}

async fn scoped(reviewer: &MockApprover) -> Scoped {
    let shop = Shop::new(gate(reviewer, None).await);
    Scoped { shop, tools: Shop::tool_router(), agent: agent("agent:b"), goes_on: false }
}

#[tokio::test]
async fn a_scope_around_the_server_is_not_seen_and_nothing_runs() {
    let reviewer = MockApprover::approving();
    let gate = gate(&reviewer, None).await;
    let shop = Shop::new(gate.clone());
    let (ours, theirs) = tokio::io::duplex(64 * 1024);
    let serving = shop.clone();
    tokio::spawn(async move {
        let serve = async { serving.serve(ours).await.unwrap().waiting().await };
        gate.scope(agent("agent:a"), serve).await
    });
    let client = ().serve(theirs).await.unwrap();
    let answer =
        client.call_tool(request("ambient", &json!({ "order": "o-7", "cents": 1 }))).await.unwrap();
    assert_eq!((answer.is_error, shop.paid()), (Some(true), 0));
    assert_eq!(text(&answer), approvals::Denied::NoGate.to_string());
}

#[tokio::test]
async fn a_scope_around_each_call_says_whose_it_is() {
    let reviewer = MockApprover::approving();
    let server = scoped(&reviewer).await;
    let paid = server.shop.paid.clone();
    let client = client(server).await;
    let answer =
        client.call_tool(request("ambient", &json!({ "order": "o-7", "cents": 3 }))).await.unwrap();
    assert_eq!((answer.is_error, paid.load(Ordering::SeqCst)), (Some(false), 3));
    let cards = reviewer.cards();
    assert!(cards.first().unwrap().to_string().contains("agent:b"));
}

/// What is paid where the client gives up, and the reviewer approves half a second later.
async fn paid_though_cancelled(goes_on: bool) -> u64 {
    let late = Answer::After(Duration::from_millis(500), Box::new(Answer::Approve));
    let reviewer = MockApprover::script([late]);
    let server = Scoped { goes_on, ..scoped(&reviewer).await };
    let paid = server.shop.paid.clone();
    let client = client(server).await;
    let call = CallToolRequest::new(request("ambient", &json!({ "order": "o-7", "cents": 3 })));
    let call = ClientRequest::CallToolRequest(call);
    let options = PeerRequestOptions::no_options();
    let waiting = client.send_cancellable_request(call, options).await.unwrap();
    until(|| !reviewer.cards().is_empty()).await;
    waiting.cancel(Some("the user has left".into())).await.unwrap();
    until(|| reviewer.updates().iter().any(|(_, phase)| matches!(phase, Phase::Ended(_)))).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    paid.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_call_that_its_client_gave_up_is_withdrawn_and_never_runs() {
    assert_eq!(paid_though_cancelled(false).await, 0);
}

#[tokio::test]
async fn a_call_that_goes_on_without_its_client_is_noticed_by_this_suite() {
    assert_eq!(paid_though_cancelled(true).await, 3);
}

async fn until(it_is_so: impl Fn() -> bool) {
    let wait = async {
        while !it_is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
}
