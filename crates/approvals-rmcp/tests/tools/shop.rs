//! A server with a tool for every way in which the attribute and `#[tool]` meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use approvals::{Gate, requires_approval};
use approvals_rmcp::refused;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolResponse, CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, Json, RoleServer, ServerHandler, schemars, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Every cent that is paid is counted: what has run can be told from what says so.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) gate: Gate,
    pub(crate) paid: Arc<AtomicU64>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Refund {
    pub(crate) order: String,
    pub(crate) cents: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Receipt {
    pub(crate) paid: u64,
}

impl Shop {
    pub(crate) fn new(gate: Gate) -> Self {
        Self { gate, paid: Arc::default() }
    }

    pub(crate) fn paid(&self) -> u64 {
        self.paid.load(Ordering::SeqCst)
    }

    fn pay(&self, refund: &Refund) -> String {
        self.paid.fetch_add(refund.cents, Ordering::SeqCst);
        format!("{} cents for {}", refund.cents, refund.order)
    }
}

fn done(text: String) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

#[tool_router(vis = "pub(crate)")]
impl Shop {
    #[requires_approval(action = "shop.above", gate = self.gate, on_denied = refused)]
    #[tool(description = "Pays money back.")]
    async fn above(
        &self,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<CallToolResult, ErrorData> {
        Ok(done(self.pay(&refund)))
    }

    #[tool(description = "Pays money back.")]
    #[requires_approval(action = "shop.below", gate = self.gate, on_denied = refused)]
    async fn below(
        &self,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<CallToolResult, ErrorData> {
        Ok(done(self.pay(&refund)))
    }

    #[requires_approval(
        action = "shop.handles",
        gate = self.gate,
        on_denied = refused,
        skip(context)
    )]
    #[tool]
    async fn handles(
        &self,
        parameters: Parameters<Refund>,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        assert!(!context.ct.is_cancelled());
        Ok(done(self.pay(&parameters.0)))
    }

    #[requires_approval(action = "shop.bare", gate = self.gate, on_denied = refused)]
    #[tool]
    async fn bare(&self, Parameters(refund): Parameters<Refund>) -> CallToolResult {
        done(self.pay(&refund))
    }

    #[tool]
    #[requires_approval(action = "shop.response", gate = self.gate, on_denied = refused)]
    async fn response(
        &self,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<CallToolResponse, ErrorData> {
        Ok(done(self.pay(&refund)).into())
    }

    #[requires_approval(action = "shop.json", gate = self.gate, on_denied = refused)]
    #[tool]
    async fn json(
        &self,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<Json<Receipt>, CallToolResult> {
        self.pay(&refund);
        Ok(Json(Receipt { paid: refund.cents }))
    }

    /// Needs nothing of ours: the text of the denial is the error.
    #[requires_approval(action = "shop.string", gate = self.gate)]
    #[tool]
    async fn string(
        &self,
        Parameters(refund): Parameters<Refund>,
    ) -> Result<Json<Receipt>, String> {
        self.pay(&refund);
        Ok(Json(Receipt { paid: refund.cents }))
    }

    #[requires_approval(action = "shop.decoded", bind = "decoded", gate = self.gate, on_denied = refused)]
    #[tool]
    async fn decoded(&self, Parameters(refund): Parameters<Refund>) -> CallToolResult {
        done(self.pay(&refund))
    }

    #[tool]
    #[requires_approval(action = "shop.wipe", risk = "critical", gate = self.gate, on_denied = refused)]
    async fn wipe(&self) -> Result<CallToolResult, ErrorData> {
        Ok(done(self.pay(&Refund { order: "all".into(), cents: 1 })))
    }

    /// As it should not be: the denial is a protocol error.
    #[tool]
    #[requires_approval(action = "shop.hidden", gate = self.gate, on_denied = hidden)]
    async fn hidden(&self) -> Result<CallToolResult, ErrorData> {
        Ok(done(String::new()))
    }

    /// Outside every scope, and without a gate of its own.
    #[tool]
    #[requires_approval(action = "shop.ambient", on_denied = refused)]
    async fn ambient(&self, Parameters(refund): Parameters<Refund>) -> CallToolResult {
        done(self.pay(&refund))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "that is how `on_denied` hands it over")]
fn hidden<T>(denied: approvals::Denied) -> Result<T, ErrorData> {
    Err(ErrorData::internal_error(denied.to_string(), None))
}

#[tool_handler]
impl ServerHandler for Shop {}
