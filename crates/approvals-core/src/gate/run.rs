//! The one door through which every body runs.

use std::future::Future;
use std::panic::resume_unwind;

use tracing::Instrument as _;

use super::attempt::{Attempt, Decided};
use super::builder::Gate;
use super::caught::caught;
use super::denied::Denied;
use super::journal::Loaded;
use super::metrics;
use super::permit::Permit;
use super::running::Running;
use super::stage::Stage;
use super::ticket::Ticket;
use crate::action::action::Action;
use crate::action::context::Context;
use crate::action::describe_error::DescribeError;
use crate::action::id::RequestId;
use crate::action::principal::Requester;
use crate::record::event::{Cause, Execution};
use crate::record::state::{Outcome, Phase};
use crate::record::transition::Command;
use crate::review::statement::Resolution;

impl Gate {
    /// Runs `body` if, and only if, this very action is allowed or approved; waits for people where the
    /// policy asks for them.
    ///
    /// The body gets a permit, and the action back. It runs inside this future, at most once: `started` is
    /// durable before its first instruction, and its outcome is recorded after its last.
    ///
    /// # Errors
    ///
    /// [`Denied`], as `E`, whenever the body did not run; otherwise the body's own error.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before the body started withdraws the request, unless it has a
    /// [key](Action::key): then it stays open, and the next call with the key picks it up. Dropping it
    /// later stops the body where it is and records that.
    ///
    /// ```
    /// # use approvals_core::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// let gate = Gate::builder()
    ///     .policy(PolicyFn::new("reads-only/1", |facts| match facts.action().as_str() {
    ///         "db.read" => Verdict::Allow,
    ///         _ => Verdict::Deny("only reads".into()),
    ///     })?)
    ///     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    ///     .directory(StaticDirectory::new())
    ///     .approver(InMemoryApprover::new())
    ///     .recorder_key(keys.recorder)
    ///     .grant_key(keys.grant)
    ///     .requester(Requester::new(Principal::agent("agent:reporter")?))
    ///     .build()
    ///     .await?;
    ///
    /// let read = DynamicAction::from_json("db.read", br#"{"table": "orders"}"#)?;
    /// let rows = gate.run(read, |_permit, _read| async { Ok::<_, Denied>(412) }).await?;
    /// assert_eq!(rows, 412);
    ///
    /// let drop = DynamicAction::from_json("db.drop", br#"{"table": "orders"}"#)?;
    /// let denied = gate.run(drop, |_permit, _drop| async { Ok::<(), Denied>(()) }).await;
    /// assert_eq!(denied, Err(Denied::ByPolicy { reason: "only reads".into() }));
    /// # Ok(()) }
    /// ```
    pub async fn run<A, T, E, F, Fut>(&self, action: A, body: F) -> Result<T, E>
    where
        A: Action,
        F: FnOnce(Permit, A) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        self.run_as(self.context().map_err(metrics::denied)?, action, body).await
    }

    /// The same, in this context.
    pub(super) async fn run_as<A, T, E, F, Fut>(
        &self,
        context: Context,
        action: A,
        body: F,
    ) -> Result<T, E>
    where
        A: Action,
        F: FnOnce(Permit, A) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        let call = self.attempt(context, &action).map_err(metrics::denied)?;
        let call = Box::pin(call.load()).await.map_err(metrics::denied)?;
        let attempt = call.describe(&action).map_err(metrics::denied)?;
        carry_out(attempt, action, body).await
    }

    /// Asks for an action without waiting, and tells where it stands.
    ///
    /// [`run`](Self::run) with the same key and the same arguments, in this process or another, joins the
    /// request or picks up what was decided. Without a key nobody could, so it needs one.
    ///
    /// # Errors
    ///
    /// [`Denied`] if the request could not be recorded. A request that was recorded and denied is no error
    /// here: the ticket says so.
    pub async fn submit<A: Action>(&self, action: A) -> Result<Ticket, Denied> {
        let submitted = async { self.submit_as(self.context()?, action).await };
        submitted.await.map_err(metrics::denied)
    }

    /// The same, in this context.
    pub(super) async fn submit_as<A: Action>(
        &self,
        context: Context,
        action: A,
    ) -> Result<Ticket, Denied> {
        if action.key().is_none() {
            return Err(DescribeError::NoKey.into());
        }
        let call = Box::pin(self.attempt(context, &action)?.load()).await?;
        let mut attempt = call.describe(&action)?;
        Box::pin(attempt.ask(false)).await?;
        attempt.attend();
        Ok(Ticket { request: attempt.id(), phase: attempt.phase().clone() })
    }

    /// A request of those whose call this is.
    pub(super) async fn own(
        &self,
        context: &Context,
        request: RequestId,
    ) -> Result<Loaded, Denied> {
        let loaded = self.core().load(request).await?;
        let ids = |requester: &Requester| -> Vec<_> {
            requester.everybody().map(|one| one.id().clone()).collect()
        };
        let theirs = loaded.state.request().map(|request| ids(&request.requester));
        if theirs == Some(ids(context.requester())) {
            Ok(loaded)
        } else {
            Err(Denied::NotYours { request })
        }
    }

    /// Takes back what was asked for and has not started, as whoever asked for it.
    ///
    /// # Errors
    ///
    /// [`Denied::AlreadyRan`] or [`Denied::InDoubt`] if it is too late; [`Denied::NotYours`] if somebody else
    /// asked for it, or nobody. Taking back what has ended without running changes nothing.
    pub async fn withdraw(&self, request: RequestId) -> Result<(), Denied> {
        self.own(&self.context()?, request).await?;
        let open =
            |phase: &Phase| matches!(phase, Phase::Allowed | Phase::Pending | Phase::Granted);
        let withdraw = |loaded: &Loaded| {
            open(loaded.state.phase()).then_some(Command::Close(Cause::Withdrawn))
        };
        let state = self.core().step_on(request, withdraw).await?.state;
        match state.phase() {
            Phase::Ended(Outcome::Closed(_)) => Ok(()),
            Phase::Ended(Outcome::Executed(Execution::Dropped)) | Phase::Started => {
                Err(Denied::InDoubt { request, retry_from: state.restart_at() })
            }
            Phase::Absent
            | Phase::Allowed
            | Phase::Pending
            | Phase::Granted
            | Phase::Ended(Outcome::Executed(_) | Outcome::Resolved(_)) => {
                let done = Outcome::Executed(Execution::Succeeded);
                let found = Outcome::Resolved(Resolution::Done);
                let succeeded = state.outcome().is_some_and(|it| *it == done || *it == found);
                Err(Denied::AlreadyRan { request, succeeded })
            }
        }
    }
}

/// Waits until an action is decided, and runs its body if it may.
pub(super) async fn carry_out<A, T, E, F, Fut>(
    mut attempt: Box<Attempt>,
    action: A,
    body: F,
) -> Result<T, E>
where
    A: Action,
    F: FnOnce(Permit, A) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: From<Denied>,
{
    let span = tracing::info_span!(
        "approval",
        request = %attempt.id(),
        action = %attempt.name(),
        digest = %attempt.action(),
    );
    let run = async move {
        let digest = attempt.action();
        let grant = match Box::pin(attempt.until_decided()).await.map_err(metrics::denied)? {
            Decided::Started => None,
            Decided::Granted => {
                let again = attempt.describe_again(&action);
                let again = again.map_err(|error| metrics::denied(error.into()))?;
                Box::pin(attempt.start(again)).await.map_err(metrics::denied)?
            }
        };
        let running = Running::new(attempt);
        let id = Some(running.id());
        // Nothing is awaited between this last look at the arguments and the body.
        if running.describe_again(&action) != Ok(digest) {
            running.finish(Execution::Changed).await;
            return Err(metrics::denied(Denied::Changed).into());
        }
        let permit = Permit::new(running.id(), digest, running.fence(), grant);
        let ran = Stage::Body.of(id, caught(move || body(permit, action))).await;
        let execution = match &ran {
            Ok(Ok(_)) => Execution::Succeeded,
            Ok(Err(_)) => Execution::Failed,
            Err(_panic) => Execution::Panicked,
        };
        Stage::Record.of(id, running.finish(execution)).await;
        ran.unwrap_or_else(|panic| resume_unwind(panic))
    };
    run.instrument(span).await
}
