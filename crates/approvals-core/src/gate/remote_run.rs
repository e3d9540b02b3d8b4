//! The door through which a body runs that a gate elsewhere has let through.

use std::future::Future;
use std::panic::resume_unwind;

use tracing::Instrument as _;

use super::caught::caught;
use super::consumed::Told;
use super::denied::Denied;
use super::metrics;
use super::permit::Permit;
use super::remote::RemoteGate;
use super::remote_call::{Asked, is_still};
use super::stage::Stage;
use super::ticket::Ticket;
use crate::action::action::Action;
use crate::action::describe_error::DescribeError;
use crate::action::described::Described;
use crate::action::id::RequestId;

impl RemoteGate {
    /// Runs `body` if, and only if, the gate elsewhere lets this very action through; waits for people where its policy
    /// asks for them.
    ///
    /// All is as with [`Gate::run`](crate::Gate::run): the action is described at intake, before it is started, and once
    /// more with nothing awaited before the body; the body runs inside this future, at most once, after `started` is durable
    /// there; and how it ended is told there whatever happens. A connection that is lost while this waits or starts is tried
    /// again, for as long as its [patience](Self::patience) lasts.
    ///
    /// [`RemoteGate`] has an example.
    ///
    /// # Errors
    ///
    /// [`Denied`], as `E`, whenever the body did not run; otherwise the body's own error. [`Denied::InDoubt`] also if it
    /// cannot be known whether it was started: the body did not run, and the gate elsewhere may say that it was started.
    /// [`Denied::Revoked`] also if the grant does not hold by the [keys](Self::grant_keys) here.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before the body started withdraws the request, unless it has a [key](Action::key): then it stays
    /// open, and the next call with the key picks it up. Dropping it later stops the body where it is, and that is told. If
    /// it is dropped while the answer to a start is on its way, the request is in doubt.
    pub async fn run<A, T, E, F, Fut>(&self, action: A, body: F) -> Result<T, E>
    where
        A: Action,
        F: FnOnce(Permit, A) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        let mut asked =
            Stage::Describe.within(None, || Asked::new(self, &action)).map_err(metrics::denied)?;
        let span = tracing::info_span!("approval", action = %asked.call().name());
        let run = async move {
            let request = Box::pin(asked.until_decided()).await.map_err(metrics::denied)?;
            let again = is_still(asked.call(), &action);
            let starting = Stage::Start.of(Some(request), asked.start(request, again));
            let started = starting.await.map_err(metrics::denied)?;
            // Nothing is awaited between this last look at the arguments and the body.
            if let Err(denied) = started.ensure_runs(&action) {
                started.finish(Told::Dropped).await;
                return Err(metrics::denied(denied).into());
            }
            let consumed = started.consumed().clone();
            let permit = Permit::new(request, consumed.action, consumed.fence, consumed.grant);
            let ran = Stage::Body.of(Some(request), caught(move || body(permit, action))).await;
            let told = match &ran {
                Ok(Ok(_)) => Told::Succeeded,
                Ok(Err(_)) => Told::Failed,
                Err(_panic) => Told::Panicked,
            };
            Stage::Record.of(Some(request), started.finish(told)).await;
            ran.unwrap_or_else(|panic| resume_unwind(panic))
        };
        run.instrument(span).await
    }

    /// Asks for an action without waiting, and tells where it stands. [`run`](Self::run) with the same key and the same
    /// arguments, in this process or another, joins the request or picks up what was decided.
    ///
    /// # Errors
    ///
    /// [`Denied`] if the request could not be recorded, and if the action has no key. After [`Denied::Unavailable`] it may
    /// have been recorded: ask again.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open whether it was asked for.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let queue = Gate::builder().approver(InMemoryApprover::new())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [ChannelIdentity::new("memory", "mira")?]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// # let remote = RemoteGate::new(std::sync::Arc::new(queue));
    /// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
    /// let ticket = remote.submit(deploy.clone()).await?;
    /// assert_eq!(ticket.phase, Phase::Pending);
    ///
    /// remote.withdraw(ticket.request).await?;
    /// let ended = remote.submit(deploy).await?.phase;
    /// assert_eq!(ended, Phase::Ended(Outcome::Closed(Cause::Withdrawn)));
    /// # Ok(()) }
    /// ```
    pub async fn submit<A: Action>(&self, action: A) -> Result<Ticket, Denied> {
        let described = match action.key() {
            Some(_key) => Described::of(&action),
            None => Err(DescribeError::NoKey),
        };
        drop(action);
        let submitted = async { self.queue.submit(&described?, &self.notes).await };
        submitted.await.map_err(metrics::denied)
    }

    /// Takes back what was asked for and has not started. [`submit`](Self::submit) has an example.
    ///
    /// # Errors
    ///
    /// As [`Gate::withdraw`](crate::Gate::withdraw). After [`Denied::Unavailable`] it may have been taken back: try again.
    pub async fn withdraw(&self, request: RequestId) -> Result<(), Denied> {
        self.queue.withdraw(request).await
    }
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
