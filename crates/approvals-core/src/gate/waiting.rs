//! Withdraws a request whose caller goes away before it is decided.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::builder::Core;
use crate::action::id::RequestId;
use crate::record::event::{Cause, Execution};
use crate::record::state::{Phase, State};
use crate::record::transition::Command;

/// How often, and how long apart, it is looked whether what was being appended has landed.
const LOOKS: u32 = 4;
const BETWEEN: Duration = Duration::from_millis(250);

/// A request that its caller waits for. Dropped while armed, and nobody else in this process waits for it,
/// the request is ended: nobody else can pick it up, and its body has not begun.
#[derive(Debug)]
pub(super) struct Waiting {
    core: Arc<Core>,
    id: RequestId,
    /// Whether it has a name by which others could pick it up.
    named: bool,
    armed: bool,
}

impl Waiting {
    pub(super) fn new(core: Arc<Core>, id: RequestId, named: bool) -> Self {
        core.awaited.begin(id);
        Self { core, id, named, armed: false }
    }

    /// Waits for a request that somebody else has made. It is theirs to withdraw, unless they are in this
    /// process: then it belongs to the last of us.
    pub(super) fn beside_others(core: Arc<Core>, id: RequestId) -> Self {
        let armed = core.awaited.begin(id);
        Self { core, id, named: !armed, armed }
    }

    pub(super) fn arm(&mut self) {
        self.armed = !self.named;
    }

    pub(super) fn disarm_if(&mut self, over: bool) {
        self.armed = self.armed && !over;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let was_last = self.core.awaited.end(self.id);
        if !self.armed || !was_last {
            return;
        }
        let (core, id) = (Arc::clone(&self.core), self.id);
        beside(async move {
            for _ in 0..LOOKS {
                match core.step_on(id, |loaded| end(&loaded.state)).await {
                    Ok(stepped) if stepped.state.outcome().is_some() => return,
                    Ok(_not_there_yet) => tokio::time::sleep(BETWEEN).await,
                    Err(error) => {
                        tracing::warn!(request = %id, error = &error as &dyn std::error::Error, "a withdrawn request was not closed");
                        return;
                    }
                }
            }
        });
    }
}

/// What ends a request whose only caller has gone.
fn end(state: &State) -> Option<Command> {
    match state.phase() {
        Phase::Allowed | Phase::Pending | Phase::Granted => Some(Command::Close(Cause::Withdrawn)),
        // What people decide others may have joined, and one of them may run it.
        Phase::Started if state.question().is_some() => None,
        Phase::Started => Some(Command::Finish { execution: Execution::NotRun, fence: 1 }),
        Phase::Absent | Phase::Ended(_) => None,
    }
}

/// Records something beside a caller that is going away. Never a body.
pub(super) fn beside(recording: impl Future<Output = ()> + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(recording)),
        Err(_none) => tracing::warn!(
            "no runtime to record in: an interrupted request stays open until it expires"
        ),
    }
}
