//! The one door through which every body runs.

use std::future::Future;
use std::panic::resume_unwind;

use super::attempt::Decided;
use super::builder::Gate;
use super::denied::Denied;
use super::permit::Permit;
use super::running::{Running, caught};
use crate::action::action::Action;
use crate::action::document::DescribeError;
use crate::action::id::RequestId;
use crate::record::event::Execution;
use crate::record::state::Phase;

/// What became of an action that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ticket {
    /// The request.
    pub request: RequestId,
    /// Where it stands.
    pub phase: Phase,
}

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
        let mut attempt = self.attempt(&action)?.load().await?.describe(&action)?;
        let action_digest = attempt.action();
        let grant = match attempt.until_decided().await? {
            Decided::Started => None,
            Decided::Granted => {
                let again = attempt.describe_again(&action).map_err(Denied::from)?;
                attempt.start(again).await?
            }
        };
        let running = Running::new(attempt);
        // Nothing is awaited between this last look at the arguments and the body.
        if running.describe_again(&action) != Ok(action_digest) {
            running.finish(Execution::Changed).await;
            return Err(Denied::Changed.into());
        }
        let permit = Permit::new(running.id(), action_digest, grant);
        match caught(move || body(permit, action)).await {
            Ok(result) => {
                let execution =
                    if result.is_ok() { Execution::Succeeded } else { Execution::Failed };
                running.finish(execution).await;
                result
            }
            Err(panic) => {
                running.finish(Execution::Panicked).await;
                resume_unwind(panic)
            }
        }
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
        if action.key().is_none() {
            return Err(DescribeError::NoKey.into());
        }
        let mut attempt = self.attempt(&action)?.load().await?.describe(&action)?;
        attempt.ask(false).await?;
        attempt.attend();
        Ok(Ticket { request: attempt.id(), phase: attempt.phase().clone() })
    }
}
