//! Processes that can be killed.

use approvals_slack::SlackApprover;

use crate::office::*;

/// A process that can be killed: once it is dropped, nothing of it runs on.
pub(crate) type Process = chat_bench::Process<SlackApprover>;

/// A process with a gate that asks in that office.
pub(crate) async fn process(office: &Office, plan: Plan) -> Process {
    let (slack, log) = (office.slack.clone(), office.log.clone());
    Process::start(async move { start(&slack, &log, plan).await }).await
}
