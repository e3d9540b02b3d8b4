//! What a gate in another process is asked for its callers here.

use std::fmt;

use async_trait::async_trait;

use super::builder::Gate;
use super::consumed::{Consumed, Told};
use super::denied::Denied;
use super::metrics;
use super::ticket::Ticket;
use crate::action::context::Notes;
use crate::action::described::Described;
use crate::action::id::{IdempotencyKey, RequestId};
use crate::record::state::Phase;

/// A queue of approvals that is elsewhere: what a [`RemoteGate`](crate::RemoteGate) asks of it.
///
/// Duties: bring what is asked to one [`Gate`], always as the same requester, and bring its answer back. Whose calls these
/// are, the other side knows from the connection, such as by a token: nothing here says so.
///
/// Contract: whenever it is not certain that the other side has refused, the answer is [`Denied::Unavailable`], and each
/// call comes to an end: a connection that says nothing for long is lost. Every call may be made again, as often as it
/// takes, and dropped at any time.
///
/// A [`Gate`] is a queue of its own, for tests, as the requester that its calls have:
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let gate = Gate::builder().approver(InMemoryApprover::new())
/// #     .policy(PolicyFn::new("allow/1", |_| Verdict::Allow)?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new())
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// use approvals::{Described, Notes, Phase, Queue, Told};
///
/// let queue: &dyn Queue = &gate;
/// let read = DynamicAction::from_json("db.read", br#"{"table": "orders"}"#)?.key("read-1")?;
/// let call = Described::of(&read)?;
/// let asked = queue.submit(&call, &Notes::default()).await?;
/// assert_eq!(asked.phase, Phase::Allowed);
///
/// let started = queue.start(asked.request, &call, &"try-5f0c7a1e".parse()?).await?;
/// queue.finish(asked.request, started.fence, Told::Succeeded).await?;
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Queue: fmt::Debug + Send + Sync {
    /// Asks for a call, which has a key, without waiting for anybody: as [`Gate::submit`].
    async fn submit(&self, call: &Described, notes: &Notes) -> Result<Ticket, Denied>;

    /// Waits for a while whether people decide: as [`Gate::until_left`] of [`Phase::Pending`]. Where a request stands that
    /// is still pending after that is an answer, too.
    async fn until_decided(&self, request: RequestId) -> Result<Ticket, Denied>;

    /// Starts a request for a body that runs here: as [`Gate::consume`].
    async fn start(
        &self,
        request: RequestId,
        call: &Described,
        attempt: &IdempotencyKey,
    ) -> Result<Consumed, Denied>;

    /// Tells how a body has ended that was started: as [`Gate::report`].
    async fn finish(&self, request: RequestId, fence: u64, told: Told) -> Result<(), Denied>;

    /// Takes back what has not started: as [`Gate::withdraw`].
    async fn withdraw(&self, request: RequestId) -> Result<(), Denied>;
}

#[async_trait]
impl Queue for Gate {
    async fn submit(&self, call: &Described, notes: &Notes) -> Result<Ticket, Denied> {
        let noting = |error| Denied::Invalid(crate::DescribeError::Name(error));
        let context = self.context().and_then(|own| own.noting(notes.clone()).map_err(noting));
        let submitted = async { self.submit_as(context?, call).await };
        submitted.await.map_err(metrics::denied)
    }

    async fn until_decided(&self, request: RequestId) -> Result<Ticket, Denied> {
        self.until_left(request, &Phase::Pending).await
    }

    async fn start(
        &self,
        request: RequestId,
        call: &Described,
        attempt: &IdempotencyKey,
    ) -> Result<Consumed, Denied> {
        self.consume(request, call, attempt).await
    }

    async fn finish(&self, request: RequestId, fence: u64, told: Told) -> Result<(), Denied> {
        Ok(self.report(request, fence, told).await?)
    }

    async fn withdraw(&self, request: RequestId) -> Result<(), Denied> {
        Gate::withdraw(self, request).await
    }
}
