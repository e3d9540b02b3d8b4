//! Where a request stands, in words.

use approvals_core::{Cause, Execution, Outcome, Phase, Resolution};

use crate::output::printable;

/// Every word of [`word`], in the order in which they are listed.
pub(crate) const WORDS: [&str; 21] = [
    "waiting",
    "allowed",
    "granted",
    "started",
    "succeeded",
    "failed",
    "panicked",
    "dropped",
    "changed",
    "not run",
    "denied",
    "rejected",
    "expired",
    "withdrawn",
    "revoked",
    "undeliverable",
    "unsatisfiable",
    "stopped",
    "resolved: done",
    "resolved: not done",
    "absent",
];

/// One word for lists and programs.
pub(crate) fn word(phase: &Phase) -> &'static str {
    match phase {
        Phase::Absent => "absent",
        Phase::Allowed => "allowed",
        Phase::Pending => "waiting",
        Phase::Granted => "granted",
        Phase::Started => "started",
        Phase::Ended(Outcome::Executed(execution)) => executed(*execution),
        Phase::Ended(Outcome::Closed(cause)) => closed(cause),
        Phase::Ended(Outcome::Resolved(Resolution::Done)) => "resolved: done",
        Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => "resolved: not done",
    }
}

fn executed(execution: Execution) -> &'static str {
    match execution {
        Execution::Succeeded => "succeeded",
        Execution::Failed => "failed",
        Execution::Panicked => "panicked",
        Execution::Dropped => "dropped",
        Execution::Changed => "changed",
        Execution::NotRun => "not run",
    }
}

fn closed(cause: &Cause) -> &'static str {
    match cause {
        Cause::Denied { .. } => "denied",
        Cause::Rejected { .. } => "rejected",
        Cause::Expired => "expired",
        Cause::Withdrawn => "withdrawn",
        Cause::Revoked { .. } => "revoked",
        Cause::Undeliverable => "undeliverable",
        Cause::Unsatisfiable { .. } => "unsatisfiable",
        Cause::Stopped { .. } => "stopped",
    }
}

/// What the word means, in a sentence of printable text.
pub(crate) fn sentence(phase: &Phase) -> String {
    let fixed = match phase {
        Phase::Absent => "there is no such request",
        Phase::Allowed => "allowed by the policy, not run yet",
        Phase::Pending => "waiting for a decision",
        Phase::Granted => "approved, not run yet",
        Phase::Started => {
            "started and not finished: what became of it is unknown, unless it is still running"
        }
        Phase::Ended(Outcome::Executed(execution)) => {
            return execution_sentence(*execution).to_owned();
        }
        Phase::Ended(Outcome::Resolved(Resolution::Done)) => {
            "its outcome was unknown; a person has found that it was carried out"
        }
        Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => {
            "its outcome was unknown; a person has found that it was not carried out"
        }
        Phase::Ended(Outcome::Closed(cause)) => return cause_sentence(cause),
    };
    fixed.to_owned()
}

/// How the body ended.
pub(crate) fn execution_sentence(execution: Execution) -> &'static str {
    match execution {
        Execution::Succeeded => "executed: succeeded",
        Execution::Failed => "executed: failed, by its own account",
        Execution::Panicked => "executed: panicked on the way, what it did until then is unknown",
        Execution::Dropped => "executed: dropped on the way, what it did until then is unknown",
        Execution::Changed => "not run: the arguments were no longer those that were approved",
        Execution::NotRun => "not run: its caller went away before it began",
    }
}

/// Why it did not run.
pub(crate) fn cause_sentence(cause: &Cause) -> String {
    match cause {
        Cause::Denied { reason } => {
            format!("denied by the policy: {}", approvals_core::visible::text(reason))
        }
        Cause::Rejected { by } => format!("rejected by {}", printable(by.as_str())),
        Cause::Expired => "expired: nobody decided, or nobody used the grant, in time".to_owned(),
        Cause::Withdrawn => "withdrawn: the caller stopped waiting".to_owned(),
        Cause::Revoked { by, reason } => {
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            format!("revoked{by}: {}", approvals_core::visible::text(reason))
        }
        Cause::Undeliverable => "undeliverable: no channel could put it before anybody".to_owned(),
        Cause::Unsatisfiable { reason } => format!(
            "unsatisfiable: too few people could approve it: {}",
            approvals_core::visible::text(reason)
        ),
        Cause::Stopped { reason, .. } => {
            format!("stopped: {}", approvals_core::visible::text(reason))
        }
    }
}
