//! The tools: one that anybody may call, and one that waits for a person.

use std::path::{Path, PathBuf};

use approvals::{Gate, requires_approval};
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock};
use rmcp::schemars::{self, JsonSchema};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};

/// The notes in a folder, and the gate before it.
pub(crate) struct Notes {
    pub(crate) folder: PathBuf,
    pub(crate) gate: Gate,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Note {
    name: String,
}

#[tool_router]
impl Notes {
    /// The names of all notes.
    #[tool(annotations(read_only_hint = true))]
    async fn list_notes(&self) -> Result<String, String> {
        let entries = std::fs::read_dir(&self.folder).map_err(|error| error.to_string())?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.filter(|name| !name.starts_with('.')).collect::<Vec<_>>().join("\n"))
    }

    /// Deletes a note for good. The owner of the notes is asked first, which takes a while.
    #[requires_approval(
        action = "notes.delete",
        gate = self.gate,
        on_denied = approvals_rmcp::refused
    )]
    #[tool(annotations(destructive_hint = true))]
    async fn delete_note(&self, Parameters(note): Parameters<Note>) -> CallToolResult {
        let is_plain = Path::new(&note.name).file_name() == Some(note.name.as_ref());
        if is_plain && std::fs::remove_file(self.folder.join(&note.name)).is_ok() {
            CallToolResult::success(vec![ContentBlock::text("deleted")])
        } else {
            CallToolResult::error(vec![ContentBlock::text("there is no such note")])
        }
    }
}

#[tool_handler]
impl ServerHandler for Notes {
    /// A client that stops waiting takes its call back: what nobody waits for is not approved later on.
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let (tools, cancelled) = (Self::tool_router(), context.ct.clone());
        tokio::select! {
            answer = tools.call(ToolCallContext::new(self, request, context)) => answer,
            () = cancelled.cancelled() => Err(ErrorData::internal_error("cancelled", None)),
        }
    }
}
