//! Runs the body inside its caller's future, and records how it ended whatever happens.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::Attempt;
use super::builder::Core;
use super::journal::{Loaded, Step, StepError};
use super::waiting::beside;
use crate::action::action::Action;
use crate::action::describe_error::DescribeError;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::record::event::Execution;
use crate::record::ledger::LedgerError;
use crate::record::state::{Outcome, Phase, State};
use crate::record::transition::{Command, Refusal};

/// A started request. Dropped before it is finished, it records that what the body did is unknown.
#[derive(Debug)]
pub(super) struct Running {
    attempt: Box<Attempt>,
    finished: bool,
}

impl Running {
    pub(super) fn new(mut attempt: Box<Attempt>) -> Self {
        attempt.begins();
        Self { attempt, finished: false }
    }

    pub(super) fn id(&self) -> RequestId {
        self.attempt.id()
    }

    /// Which start of the request this is.
    pub(super) fn fence(&self) -> u64 {
        self.attempt.fence()
    }

    /// The same action described again, as it is at this moment.
    pub(super) fn describe_again(&self, action: &dyn Action) -> Result<Digest, DescribeError> {
        self.attempt.describe_again(action)
    }

    /// Records how the body ended. The body's own result stands even if this fails.
    pub(super) async fn finish(mut self, execution: Execution) {
        Box::pin(record(self.attempt.core(), self.id(), self.attempt.state(), execution)).await;
        self.finished = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let (core, id) = (Arc::clone(self.attempt.core()), self.id());
        let state = self.attempt.state().clone();
        beside(async move { record(&core, id, &state, Execution::Dropped).await });
    }
}

/// How often it is tried again to record an outcome; the pause doubles from one second.
const RETRIES: u32 = 6;

/// Records how the body of a started request ended; if the ledger cannot take it now, beside the caller, who
/// has the body's result already.
async fn record(core: &Arc<Core>, id: RequestId, started: &State, execution: Execution) {
    // Little else happens to a request that is running; if something did, look again at once.
    let fence = started.started().map_or(1, |started| started.fence);
    let finish = move || Command::Finish { execution, fence };
    let step = Step::new(id, started, core.now()).then(finish());
    let is_running = |loaded: &Loaded| {
        let phase = loaded.state.phase();
        matches!(phase, Phase::Started | Phase::Ended(Outcome::Resolved(_)))
    };
    let recorded = match step {
        Ok(step) => core.take(step).await.map(drop),
        Err(error) => Err(error),
    };
    let recorded = match recorded {
        Err(StepError::Ledger(LedgerError::Conflict)) => {
            core.step_on(id, |loaded| is_running(loaded).then(finish)).await.map(drop)
        }
        other => other,
    };
    if recorded.is_ok() {
        return;
    }
    let core = Arc::clone(core);
    beside(async move {
        for attempt in 0..RETRIES {
            match core.step_on(id, |loaded| is_running(loaded).then(finish)).await {
                Ok(_recorded) => return,
                Err(StepError::Refused(Refusal::Fenced)) => {
                    tracing::error!(request = %id, fence, "the outcome of an action is not recorded, since it was started again");
                    return;
                }
                Err(error) => {
                    tracing::error!(request = %id, error = &error as &dyn std::error::Error, "the outcome of an action is not recorded yet");
                }
            }
            tokio::time::sleep(Duration::from_secs(1 << attempt)).await;
        }
    });
}
