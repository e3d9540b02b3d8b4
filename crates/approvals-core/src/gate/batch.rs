//! Several calls at once: one model turn, put before people together.

use std::future::Future;
use std::panic::resume_unwind;

use futures_util::future::join_all;

use super::attempt::Attempt;
use super::builder::Gate;
use super::caught::caught;
use super::denied::Denied;
use super::identified::Identified;
use super::metrics;
use super::permit::Permit;
use super::run::carry_out;
use crate::action::action::Action;
use crate::action::context::MAX_BATCH;
use crate::action::id::RequestId;
use crate::record::state::Phase;

impl Gate {
    /// Runs several calls that were made together, such as the parallel tool calls of one model turn; each as by
    /// [`run`](Self::run), with a request, a decision and an outcome of its own.
    ///
    /// All of them are asked for before anybody is told, so that people see them together: each card names its
    /// place, and a channel may [put them before people in one piece](crate::Approver::present_batch). Each
    /// runs once it may, however long the others wait; all in this future, none in a task of its own. What becomes of
    /// one changes nothing for the others: the results stand in the order of the calls.
    ///
    /// At most 32 calls; if there are more, all are denied with [`Denied::TooMany`].
    ///
    /// # Cancellation
    ///
    /// As [`run`](Self::run), for each call that has not ended.
    ///
    /// # Panics
    ///
    /// If a body panics, and only once the others have ended.
    ///
    /// ```
    /// # use approvals_core::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let gate = Gate::builder()
    /// #     .policy(PolicyFn::new("reads-only/1", |facts| match facts.action().as_str() {
    /// #         "db.read" => Verdict::Allow,
    /// #         _ => Verdict::Deny("only reads".into()),
    /// #     })?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new())
    /// #     .approver(InMemoryApprover::new())
    /// #     .recorder_key(keys.recorder)
    /// #     .grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:reporter")?))
    /// #     .build()
    /// #     .await?;
    /// let turn = [
    ///     DynamicAction::from_json("db.read", br#"{"table": "orders"}"#)?,
    ///     DynamicAction::from_json("db.drop", br#"{"table": "orders"}"#)?,
    /// ];
    /// let results = gate.run_batch(turn, |_permit, _call| async { Ok::<_, Denied>(412) }).await;
    /// assert_eq!(results, [Ok(412), Err(Denied::ByPolicy { reason: "only reads".into() })]);
    /// # Ok(()) }
    /// ```
    pub async fn run_batch<A, T, E, F, Fut>(
        &self,
        actions: impl IntoIterator<Item = A>,
        body: F,
    ) -> Vec<Result<T, E>>
    where
        A: Action,
        F: Fn(Permit, A) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Denied>,
    {
        let asked = Box::pin(self.ask_batch(actions.into_iter().collect())).await;
        let body = &body;
        let running = asked.into_iter().map(|asked| async move {
            match asked {
                Ok((attempt, action)) => caught(move || carry_out(attempt, action, body)).await,
                Err(denied) => caught(move || async { Err(metrics::denied(denied).into()) }).await,
            }
        });
        let ended = join_all(running.map(Box::pin)).await;
        ended.into_iter().map(|ended| ended.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    }

    /// Asks for all of them, and then has those looked after that people decide.
    async fn ask_batch<A: Action>(
        &self,
        actions: Vec<A>,
    ) -> Vec<Result<(Box<Attempt>, A), Denied>> {
        let identified = self.identify(actions);
        let ids = identified.iter().flatten().map(|(call, _)| call.id());
        let ids: Vec<RequestId> = ids.collect();
        let mut asked = Vec::new();
        for call in identified {
            asked.push(match call {
                Ok((call, action)) if ids.len() > 1 => ask(call.in_batch(&ids), action).await,
                Ok((call, action)) => ask(call, action).await,
                Err(denied) => Err(denied),
            });
        }
        let waiting = asked.iter().flatten().map(|(attempt, _)| attempt);
        let pending = waiting.filter(|attempt| *attempt.phase() == Phase::Pending);
        self.core().attend(pending.map(|attempt| attempt.id()).collect());
        asked
    }

    fn identify<A: Action>(&self, actions: Vec<A>) -> Vec<Result<(Identified, A), Denied>> {
        let context = if actions.len() > MAX_BATCH {
            let reason = format!("a batch has at most {MAX_BATCH} calls");
            Err(Denied::TooMany { reason })
        } else {
            self.context()
        };
        let identify = |action: A| Ok((self.attempt(context.clone()?, &action)?, action));
        actions.into_iter().map(identify).collect()
    }
}

/// (Nothing is awaited while the action is looked at: it need not be `Sync`.)
async fn ask<A: Action>(call: Identified, action: A) -> Result<(Box<Attempt>, A), Denied> {
    let mut attempt = call.load().await?.describe(&action)?;
    attempt.ask_only().await?;
    Ok((attempt, action))
}
