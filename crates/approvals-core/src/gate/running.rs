//! Runs the body inside its caller's future, and records how it ended whatever happens.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::attempt::Attempt;
use super::builder::Core;
use super::waiting::beside;
use crate::action::action::Action;
use crate::action::digest::Digest;
use crate::action::document::DescribeError;
use crate::action::id::RequestId;
use crate::record::event::Execution;
use crate::record::state::{Phase, State};
use crate::record::transition::Command;

/// A started request. Dropped before it is finished, it records that what the body did is unknown.
#[derive(Debug)]
pub(super) struct Running {
    attempt: Attempt,
    finished: bool,
}

impl Running {
    pub(super) fn new(mut attempt: Attempt) -> Self {
        attempt.begins();
        Self { attempt, finished: false }
    }

    pub(super) fn id(&self) -> RequestId {
        self.attempt.id()
    }

    /// The same action described again, as it is at this moment.
    pub(super) fn describe_again(&self, action: &dyn Action) -> Result<Digest, DescribeError> {
        self.attempt.describe_again(action)
    }

    /// Records how the body ended. The body's own result stands even if this fails.
    pub(super) async fn finish(mut self, execution: Execution) {
        record(self.attempt.core(), self.id(), self.attempt.state(), execution).await;
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
    // Nothing else happens to a request that is running; if something did, look again.
    let finish = vec![Command::Finish(execution)];
    if core.step_with(id, started, finish, Vec::new()).await.is_ok() {
        return;
    }
    let core = Arc::clone(core);
    beside(async move {
        for attempt in 0..RETRIES {
            let finish =
                |phase: &Phase| (*phase == Phase::Started).then_some(Command::Finish(execution));
            match core.step_on(id, |loaded| finish(loaded.state.phase())).await {
                Ok(_recorded) => return,
                Err(error) => {
                    tracing::error!(request = %id, error = &error as &dyn std::error::Error, "the outcome of an action is not recorded yet");
                }
            }
            tokio::time::sleep(Duration::from_secs(1 << attempt)).await;
        }
    });
}

/// Runs `body` to its end; a panic is caught, to be recorded before it goes on.
pub(super) async fn caught<F: Future>(
    body: impl FnOnce() -> F,
) -> Result<F::Output, Box<dyn Any + Send>> {
    let body = catch_unwind(AssertUnwindSafe(body))?;
    let mut body = pin!(body);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
