//! Runs the body inside its caller's future, and records how it ended whatever happens.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::attempt::Attempt;
use super::builder::Core;
use crate::action::action::Action;
use crate::action::digest::Digest;
use crate::action::document::DescribeError;
use crate::action::id::RequestId;
use crate::record::event::{Cause, Execution};
use crate::record::state::{Phase, State};
use crate::record::transition::Command;

/// A started request. Dropped before it is finished, it records that what the body did is unknown.
#[derive(Debug)]
pub(super) struct Running {
    attempt: Attempt,
    finished: bool,
}

impl Running {
    pub(super) fn new(attempt: Attempt) -> Self {
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

/// Records how the body of a started request ended.
async fn record(core: &Core, id: RequestId, started: &State, execution: Execution) {
    let finish = || Command::Finish(execution);
    // Nothing else happens to a request that is running; if something did, look again.
    if core.step_with(id, started, vec![finish()], Vec::new()).await.is_ok() {
        return;
    }
    let running = |phase: &Phase| *phase == Phase::Started;
    let recorded = core.step_on(id, |loaded| running(loaded.state.phase()).then(finish)).await;
    if let Err(error) = recorded {
        tracing::error!(request = %id, error = &error as &dyn std::error::Error, "the outcome of an action was not recorded");
    }
}

/// A request that its caller waits for. Dropped before it is decided, it is withdrawn.
#[derive(Debug)]
pub(super) struct Waiting {
    core: Arc<Core>,
    id: RequestId,
    withdraws: bool,
}

impl Waiting {
    pub(super) fn new(core: Arc<Core>, id: RequestId, withdraws: bool) -> Self {
        Self { core, id, withdraws }
    }

    pub(super) fn disarm(mut self) {
        self.withdraws = false;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.withdraws {
            return;
        }
        let (core, id) = (Arc::clone(&self.core), self.id);
        beside(async move {
            let open = |phase: &Phase| matches!(phase, Phase::Pending | Phase::Granted);
            let withdraw = |phase: &Phase| open(phase).then_some(Command::Close(Cause::Withdrawn));
            if let Err(error) = core.step_on(id, |loaded| withdraw(loaded.state.phase())).await {
                tracing::warn!(request = %id, error = &error as &dyn std::error::Error, "a withdrawn request was not closed");
            }
        });
    }
}

/// Records something beside a caller that is going away. Never a body.
fn beside(recording: impl Future<Output = ()> + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(recording)),
        Err(_none) => tracing::warn!(
            "no runtime to record in: an interrupted request stays open until it expires"
        ),
    }
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
