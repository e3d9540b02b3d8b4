//! Withdraws a request whose caller goes away before it is decided.

use std::future::Future;
use std::sync::Arc;

use super::builder::Core;
use crate::action::id::RequestId;
use crate::record::event::Cause;
use crate::record::state::Phase;
use crate::record::transition::Command;

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
pub(super) fn beside(recording: impl Future<Output = ()> + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn(recording)),
        Err(_none) => tracing::warn!(
            "no runtime to record in: an interrupted request stays open until it expires"
        ),
    }
}
