//! The tools of a dispatcher, and the two ways to call them.

use std::collections::BTreeMap;
use std::future::Future;

use approvals_core::{
    Action, ActionName, Denied, DescribeError, Description, DynamicAction, Gate, IdempotencyKey,
    Permit, Risk, canonical,
};
use serde_json::{Map, Value};

use crate::call::ToolCall;
use crate::definition::Definition;
use crate::error::ToolsError;
use crate::naming::action_name;

/// The most tools of one list.
const MAX_TOOLS: usize = 1000;

/// The most bytes of a call's arguments: as much as a gate takes, unless it is told otherwise, in more letters.
const MAX_ARGUMENTS: usize = 4 * canonical::MAX_BYTES;

/// The tools of a dispatcher.
///
/// Each tool is an action, named by the prefix and the tool's own name: `deleteFile` of `files` is `files.delete-file`,
/// `delete_file` is `files.delete_file` ([`actions`](Self::actions) lists them). What
/// the list says of its tools (read-only, destructive) is a claim: it can raise the risk of an action and stands
/// among its tags, where policies can ask for more because of it, and never for less. The tags name the
/// definition, too: a tool that is defined anew under the same name is another action.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_tools::*; }
/// # use approvals_testkit::{MockApprover, TestGate};
/// use approvals::{Denied, ToolCall, Tools};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let listed = json!([{ "name": "sendMail", "inputSchema": {
///     "type": "object", "properties": { "to": { "type": "string" } }, "required": ["to"],
/// }}]);
/// let tools = Tools::new("mail", &listed)?;
/// # let gate = TestGate::asking(&MockApprover::approving()).await;
/// let call = ToolCall::new("sendMail", json!({ "to": "all@example.com" }));
/// let sent = tools.run(&gate, call, async |_permit, call| Ok::<_, Denied>(call.tool().to_owned())).await;
/// assert_eq!(sent, Ok("sendMail".to_owned()));
///
/// let wrong = ToolCall::new("sendMail", json!({ "to": 7 }));
/// let denied = tools.run(&gate, wrong, async |_permit, _call| Ok::<_, Denied>(())).await.unwrap_err();
/// assert!(denied.to_string().contains("/to: value is not of type \"string\""), "{denied}");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Tools {
    by_name: BTreeMap<String, Tool>,
    risk: Risk,
}

#[derive(Debug)]
struct Tool {
    action: ActionName,
    definition: Definition,
    /// The risk that the integrator has said.
    risk: Option<Risk>,
}

impl Tools {
    /// The tools of a list: an array of objects with `name`, `inputSchema` (or `input_schema`, or `parameters`) and perhaps
    /// `annotations`, as in the answer to MCP's `tools/list`
    /// ([Model Context Protocol, Tools](https://modelcontextprotocol.io/specification/2025-06-18/server/tools)). The
    /// schemas are JSON Schema, of any draft that they name. They may refer (`$ref`) to what
    /// stands in themselves, and nothing is fetched. A schema that takes too long to check, whatever the arguments are, is
    /// refused here; where it depends on the arguments, the call is.
    ///
    /// # Errors
    ///
    /// If one tool cannot be gated, none is.
    pub fn new(prefix: &str, list: &Value) -> Result<Self, ToolsError> {
        let no_list = || ToolsError::NotAList("it is not an array".into());
        let list = list.as_array().ok_or_else(no_list)?;
        if list.len() > MAX_TOOLS {
            return Err(ToolsError::TooLarge { what: "the number of tools", limit: MAX_TOOLS });
        }
        let (mut by_name, mut by_action) = (BTreeMap::new(), BTreeMap::new());
        for listed in list {
            let definition = Definition::parse(listed)?;
            let (name, action) = (definition.name.clone(), action_name(prefix, &definition.name)?);
            if let Some(one) = by_action.insert(action.clone(), name.clone()) {
                let action = action.to_string();
                return Err(ToolsError::SameAction { one, other: name, action });
            }
            by_name.insert(name, Tool { action, definition, risk: None });
        }
        Ok(Self { by_name, risk: Risk::default() })
    }

    /// The same tools with this risk; those that claim to destroy something have at least a high one. It is
    /// [`Risk::High`] until said otherwise.
    #[must_use]
    pub fn risk(self, risk: Risk) -> Self {
        Self { risk, ..self }
    }

    /// The same tools, of which this one has exactly this risk, whatever the list claims.
    pub fn tool_risk(mut self, tool: &str, risk: Risk) -> Result<Self, ToolsError> {
        let unknown = || ToolsError::Unknown(tool.to_owned());
        self.by_name.get_mut(tool).ok_or_else(unknown)?.risk = Some(risk);
        Ok(self)
    }

    /// What each tool is called in policies.
    pub fn actions(&self) -> impl Iterator<Item = (&str, &ActionName)> {
        self.by_name.iter().map(|(name, tool)| (name.as_str(), &tool.action))
    }

    /// Runs `body` for this call, as [`Gate::run`] does. It gets the arguments that were approved.
    ///
    /// # Errors
    ///
    /// As [`Gate::run`]; and [`Denied::Invalid`], before anybody is asked, if there is no such tool or the arguments do
    /// not fit its schema.
    pub async fn run<T, E, F, Fut>(&self, gate: &Gate, call: ToolCall, body: F) -> Result<T, E>
    where
        F: FnOnce(Permit, ToolCall) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        let call = self.check(call)?;
        gate.run(call, |permit, call| body(permit, call.approved())).await
    }

    /// Runs `body` for each of these calls, the parallel ones of a model's turn, as [`Gate::run_batch`] does.
    ///
    /// # Errors
    ///
    /// For each call as [`run`](Self::run), in their order.
    pub async fn run_batch<T, E, F, Fut>(
        &self,
        gate: &Gate,
        calls: impl IntoIterator<Item = ToolCall>,
        body: F,
    ) -> Vec<Result<T, E>>
    where
        F: Fn(Permit, ToolCall) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        let mut good = Vec::new();
        let check = |call| self.check(call).map(|call| good.push(call));
        let checked: Vec<Result<(), Denied>> = calls.into_iter().map(check).collect();
        let run = gate.run_batch(good, |permit, call: Checked| body(permit, call.approved()));
        let mut ran = Box::pin(run).await.into_iter();
        let mut result = |()| ran.next().unwrap_or(Err(Denied::Withdrawn.into()));
        checked.into_iter().map(|one| one.map_err(E::from).and_then(&mut result)).collect()
    }

    fn check(&self, call: ToolCall) -> Result<Checked, Denied> {
        let ToolCall { tool: name, arguments, key, reason } = call;
        let refuse = |why: String| Denied::Invalid(DescribeError::Refused(why));
        let unknown = || refuse(ToolsError::Unknown(name.clone()).to_string());
        let tool = self.by_name.get(&name).ok_or_else(unknown)?;
        let arguments = if arguments.is_null() { Value::Object(Map::new()) } else { arguments };
        // Before a schema walks through them: how deep they are, and how large, is the model's choice.
        canonical::to_bytes(&arguments, MAX_ARGUMENTS).map_err(DescribeError::from)?;
        let unfit =
            |why: &str| refuse(format!("its arguments are not what the tool takes ({why})"));
        tool.definition.check(&arguments).map_err(|mistakes| unfit(&mistakes))?;
        let Value::Object(arguments) = arguments else {
            return Err(unfit("they are not a JSON object"));
        };
        let invalid = |error| Denied::Invalid(DescribeError::Name(error));
        let action = DynamicAction::new(tool.action.as_str(), arguments).map_err(invalid)?;
        let action =
            action.risk(tool.risk.unwrap_or_else(|| self.risk.max(tool.definition.at_least)));
        let action = tool.definition.tags.iter().fold(action, DynamicAction::tag);
        let action = match key {
            Some(key) => action.key(&key).map_err(invalid)?,
            None => action,
        };
        let action = match reason {
            Some(reason) => action.reason(reason),
            None => action,
        };
        Ok(Checked { action, tool: name })
    }
}

/// A call that its tool takes.
#[derive(Debug)]
struct Checked {
    action: DynamicAction,
    tool: String,
}

impl Checked {
    /// The call with the arguments that were approved.
    fn approved(self) -> ToolCall {
        ToolCall::new(self.tool, Value::Object(self.action.arguments().clone()))
    }
}

impl Action for Checked {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        self.action.describe(call)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        Action::key(&self.action)
    }
}
