//! One call through a gate in another process, from what is asked to what is told of its end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::consumed::{Consumed, Told};
use super::denied::Denied;
use super::insist::POLL;
use super::remote::RemoteGate;
use super::waiting::beside;
use crate::action::action::Action;
use crate::action::describe_error::DescribeError;
use crate::action::described::Described;
use crate::action::id::{IdempotencyKey, RequestId};
use crate::record::state::Phase;

/// The longest pause before a queue that is away is tried again.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// For how long a caller who has the result of its body waits until that is recorded.
const FIRST: Duration = Duration::from_secs(5);

/// A name that nobody else has.
fn random_name(kind: &str) -> Result<IdempotencyKey, Denied> {
    let mut bytes = [0; 16];
    let none = Denied::Unavailable { what: "randomness" };
    getrandom::fill(&mut bytes).map_err(|_none| none.clone())?;
    format!("{kind}-{:032x}", u128::from_be_bytes(bytes)).parse().map_err(|_never| none)
}

/// Tries again as long as the queue cannot be reached and patience lasts.
async fn insist<T, F: Future<Output = Result<T, Denied>>>(
    patience: Duration,
    call: impl Fn() -> F,
) -> Result<T, Denied> {
    let (began, mut pause) = (Instant::now(), POLL);
    loop {
        match call().await {
            Err(Denied::Unavailable { what }) if began.elapsed() < patience => {
                tracing::warn!(what, "a queue elsewhere is away, so a call waits");
                sleep(pause).await;
                pause = pause.saturating_mul(2).min(MAX_PAUSE);
            }
            done => return done,
        }
    }
}

/// A call that was asked for, or is about to be. Dropped before it is started, it is withdrawn, unless it has a key of its
/// own by which others can pick it up.
#[derive(Debug)]
pub(super) struct Asked {
    remote: RemoteGate,
    call: Arc<Described>,
    /// Whether others can pick it up.
    named: bool,
    /// Whether there may be a request that nobody but this call wants.
    armed: bool,
    request: Option<RequestId>,
    by_people: bool,
}

impl Asked {
    /// What `action` says of itself now, to be asked for.
    pub(super) fn new(remote: &RemoteGate, action: &dyn Action) -> Result<Self, Denied> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Denied::Unavailable { what: "the tokio runtime" });
        }
        let (call, named) = (Described::of(action)?, action.key().is_some());
        let call = if named { call } else { call.keyed(random_name("call")?) };
        let (remote, call) = (remote.clone(), Arc::new(call));
        Ok(Self { remote, call, named, armed: false, request: None, by_people: false })
    }

    /// What is asked for.
    pub(super) fn call(&self) -> &Arc<Described> {
        &self.call
    }

    /// Asks, and waits until people have decided, if they are to.
    pub(super) async fn until_decided(&mut self) -> Result<RequestId, Denied> {
        self.armed = !self.named;
        let decided = self.ask_and_wait().await;
        // Of a request that was never answered for, it is not known whether it is there.
        self.armed &= decided.is_ok() || self.request.is_some();
        decided
    }

    async fn ask_and_wait(&mut self) -> Result<RequestId, Denied> {
        let RemoteGate { queue, notes, patience, .. } = &self.remote;
        let asked = queue.submit(&self.call, notes).await?;
        let (request, mut phase) = (asked.request, asked.phase);
        self.request = Some(request);
        self.by_people = matches!(phase, Phase::Pending | Phase::Granted);
        while phase == Phase::Pending {
            phase = insist(*patience, || queue.until_decided(request)).await?.phase;
            if phase == Phase::Pending {
                sleep(POLL).await;
            }
        }
        Ok(request)
    }

    /// Starts it, if it is still what its action says of itself.
    pub(super) async fn start(
        self,
        request: RequestId,
        is_still: Result<bool, DescribeError>,
    ) -> Result<Started, Denied> {
        if !is_still? {
            return Err(Denied::Changed);
        }
        let attempt = random_name("try")?;
        let RemoteGate { queue, patience, .. } = &self.remote;
        let start = || queue.start(request, &self.call, &attempt);
        let started = insist(*patience, start).await.map_err(|denied| {
            let is_certain = !matches!(denied, Denied::Unavailable { .. });
            if is_certain { denied } else { Denied::InDoubt { request, retry_from: None } }
        })?;
        Ok(Started::new(self, request, started))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (remote, call, request) = (self.remote.clone(), Arc::clone(&self.call), self.request);
        beside(async move {
            let RemoteGate { queue, notes, patience, .. } = &remote;
            let withdraw = || async {
                // Asking again by the same key finds the request whose answer nobody has waited for.
                let request = match request {
                    Some(request) => request,
                    None => queue.submit(&call, notes).await?.request,
                };
                queue.withdraw(request).await
            };
            if let Err(denied @ Denied::Unavailable { .. }) = insist(*patience, withdraw).await {
                tracing::warn!(
                    error = &denied as &dyn std::error::Error,
                    "a request elsewhere was not withdrawn"
                );
            }
        });
    }
}

/// A request that was started for a body here. Dropped before it is finished, that is told.
#[derive(Debug)]
pub(super) struct Started {
    remote: RemoteGate,
    call: Arc<Described>,
    by_people: bool,
    request: RequestId,
    consumed: Consumed,
    /// What is to be told, until it is.
    untold: Option<Told>,
}

impl Started {
    fn new(mut asked: Asked, request: RequestId, consumed: Consumed) -> Self {
        asked.armed = false;
        let (remote, call, by_people) =
            (asked.remote.clone(), Arc::clone(&asked.call), asked.by_people);
        Self { remote, call, by_people, request, consumed, untold: Some(Told::Dropped) }
    }

    /// What was started.
    pub(super) fn consumed(&self) -> &Consumed {
        &self.consumed
    }

    /// Why the body may not run, if it may not, as `action` describes itself at this moment.
    pub(super) fn ensure_runs(&self, action: &dyn Action) -> Result<(), Denied> {
        let Self { remote, call, by_people, request, consumed, .. } = self;
        remote.ensure_holds(*request, call, *by_people, consumed).map_err(|problem| {
            tracing::error!(%request, problem, "what was started elsewhere does not hold here");
            Denied::Revoked { reason: problem.into() }
        })?;
        if is_still(call, action) == Ok(true) { Ok(()) } else { Err(Denied::Changed) }
    }

    /// Tells how the body ended; if the queue cannot take it now, beside the caller, who has the body's result already.
    pub(super) async fn finish(mut self, told: Told) {
        self.untold = Some(told);
        let (request, fence) = (self.request, self.consumed.fence);
        let first = timeout(FIRST, self.remote.queue.finish(request, fence, told)).await;
        match first.unwrap_or(Err(Denied::Unavailable { what: "the queue" })) {
            Err(Denied::Unavailable { .. }) => return,
            Err(denied) => unrecorded(request, &denied),
            Ok(()) => {}
        }
        self.untold = None;
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let Some(told) = self.untold else { return };
        let (remote, request, fence) = (self.remote.clone(), self.request, self.consumed.fence);
        beside(async move {
            let finish = || remote.queue.finish(request, fence, told);
            if let Err(denied) = insist(remote.patience, finish).await {
                unrecorded(request, &denied);
            }
        });
    }
}

fn unrecorded(request: RequestId, denied: &Denied) {
    tracing::error!(%request, error = denied as &dyn std::error::Error, "the outcome of an action is not recorded elsewhere");
}

/// Whether `action` still says the same of itself, but for the key that it may have been given.
pub(super) fn is_still(call: &Described, action: &dyn Action) -> Result<bool, DescribeError> {
    Ok(Described::of(action)?.says_the_same(call))
}
