//! A call whose body runs in another process: the halves of [`Gate::run`], for a server in front of the gate.

use std::sync::Arc;

use tracing::Instrument as _;

use super::attempt::Decided;
use super::builder::Gate;
use super::consumed::{Consumed, ReportError, Told};
use super::denied::Denied;
use super::identified::Identified;
use super::journal::{Loaded, StepError};
use super::metrics;
use super::stage::Stage;
use super::ticket::Ticket;
use crate::action::action::Action;
use crate::action::digest::Digest;
use crate::action::id::{IdempotencyKey, RequestId};
use crate::record::event::Execution;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal};

impl Gate {
    /// Waits until a request of this caller has left a phase, such as [`Phase::Pending`], and tells where it stands then. If
    /// it stands elsewhere already, that is told at once. Whoever notices that its time is over ends it.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYours`] if somebody else asked for it, or nobody; [`Denied::Unavailable`] if the ledger cannot be read.
    ///
    /// # Cancellation
    ///
    /// Dropping the future stops waiting and changes nothing: so it goes with any timeout.
    ///
    /// ```
    /// # use approvals_core::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
    /// # let gate = Gate::builder().approver(inbox.clone())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// use std::time::Duration;
    ///
    /// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
    /// let request = gate.submit(deploy).await?.request;
    /// let waiting = gate.until_left(request, &Phase::Pending);
    /// assert!(tokio::time::timeout(Duration::from_millis(5), waiting).await.is_err());
    ///
    /// inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
    /// assert_eq!(gate.until_left(request, &Phase::Pending).await?.phase, Phase::Granted);
    /// # Ok(()) }
    /// ```
    pub async fn until_left(&self, request: RequestId, phase: &Phase) -> Result<Ticket, Denied> {
        let loaded = self.own(&self.context()?, request).await?;
        if *loaded.state.phase() == Phase::Pending {
            self.core().attend(vec![request]);
        }
        let left = self.core().decided(request, phase.clone());
        let loaded = Stage::Wait.of(Some(request), left).await?;
        Ok(Ticket { request, phase: loaded.state.phase().clone() })
    }

    /// Uses up the grant of a request of this caller, or starts what is allowed, for a body that runs elsewhere; waits for
    /// people if they have not decided yet.
    ///
    /// The caller describes the action again. All that [`run`](Self::run) looks at before a body begins is looked at here, by
    /// the same code, and `started` is durable before this returns. From then on the request is in doubt until its caller
    /// [reports](Self::report) how the body ended: nothing here notices that a process elsewhere is gone.
    ///
    /// `attempt` is the caller's name for this one try, made up for it at random and used for no other. If the answer was
    /// lost on the way, the same attempt gets the same answer again, as long as nothing was reported; any other attempt is
    /// told that it is in doubt. Whoever sends an attempt a second time has to know that its body did not begin.
    ///
    /// # Errors
    ///
    /// [`Denied`] whenever the body may not run; [`Denied::Changed`] if the action is not what was asked for, and
    /// [`Denied::NotYours`] if somebody else asked, or nobody. After [`Denied::Unavailable`] it may have been started all the
    /// same: the same attempt finds out.
    ///
    /// # Cancellation
    ///
    /// Dropping the future withdraws nothing. It may have been started by then: the same attempt finds out.
    ///
    /// ```
    /// # use approvals_core::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
    /// # let gate = Gate::builder().approver(inbox.clone())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
    /// let request = gate.submit(deploy.clone()).await?.request;
    /// inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
    ///
    /// let attempt = "try-5f0c7a1e".parse()?;
    /// let consumed = gate.consume(request, &deploy, &attempt).await?;
    /// assert_eq!((consumed.request, consumed.fence), (request, 1));
    /// assert!(consumed.grant.is_some());
    ///
    /// // The answer was lost on the way: the same attempt may ask for it again, and no other.
    /// assert_eq!(gate.consume(request, &deploy, &attempt).await?, consumed);
    /// let other = gate.consume(request, &deploy, &"try-99b41d02".parse()?).await;
    /// assert_eq!(other, Err(Denied::InDoubt { request, retry_from: None }));
    ///
    /// // The caller has run the body.
    /// gate.report(request, consumed.fence, Told::Succeeded).await?;
    /// let again = gate.consume(request, &deploy, &attempt).await;
    /// assert_eq!(again, Err(Denied::AlreadyRan { request, succeeded: true }));
    /// # Ok(()) }
    /// ```
    pub async fn consume<A: Action>(
        &self,
        request: RequestId,
        action: A,
        attempt: &IdempotencyKey,
    ) -> Result<Consumed, Denied> {
        let attempt = Digest::of("attempt", attempt.as_str().as_bytes());
        self.try_consume(request, action, attempt).await.map_err(metrics::denied)
    }

    async fn try_consume<A: Action>(
        &self,
        request: RequestId,
        action: A,
        attempt: Digest,
    ) -> Result<Consumed, Denied> {
        let context = self.context()?;
        let loaded = Box::pin(self.own(&context, request)).await?;
        let call = Identified::again(Arc::clone(self.core()), request, context, loaded);
        let mut call = call.take_in(&action)?;
        if !call.is_of_what_was_asked() {
            return Err(Denied::Changed);
        }
        let (name, digest) = (call.name(), call.action());
        let span = tracing::info_span!("approval", %request, action = %name, %digest);
        let start = async move {
            let grant = match Box::pin(call.until_decided_for(attempt)).await? {
                Decided::Started => call.grant(),
                Decided::Granted => {
                    let again = call.describe_again(&action)?;
                    Box::pin(call.start(again)).await?
                }
            };
            call.begins();
            let document = String::from_utf8_lossy(call.bytes()).into_owned();
            Ok(Consumed { action: digest, document, fence: call.fence(), grant, request })
        };
        start.instrument(span).await
    }

    /// Records how a body ended that runs elsewhere, as told by those who asked for it. To tell the same twice is as good as
    /// once. What has ended stays so: the first end that was told counts, and of a request that people have resolved, an end
    /// that the body itself came to.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYours`] if somebody else asked for it, or nobody; [`Refusal::NotStarted`]; [`Refusal::Fenced`] if this is
    /// not the start that was told of; [`Refusal::OutcomeKnown`] if another end was told before. After
    /// [`Denied::Unavailable`] tell it again.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open whether it is recorded: tell it again.
    ///
    /// ```
    /// # use approvals_core::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
    /// # let gate = Gate::builder().approver(inbox.clone())
    /// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
    /// # let request = gate.submit(deploy.clone()).await?.request;
    /// # inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
    /// let started = gate.consume(request, &deploy, &"try-5f0c7a1e".parse()?).await?;
    ///
    /// let another = gate.report(request, started.fence + 1, Told::Failed).await;
    /// assert_eq!(another, Err(ReportError::Refused(Refusal::Fenced)));
    ///
    /// gate.report(request, started.fence, Told::Failed).await?;
    /// gate.report(request, started.fence, Told::Failed).await?;
    /// let late = gate.report(request, started.fence, Told::Succeeded).await;
    /// assert_eq!(late, Err(ReportError::Refused(Refusal::OutcomeKnown)));
    /// # Ok(()) }
    /// ```
    pub async fn report(
        &self,
        request: RequestId,
        fence: u64,
        told: Told,
    ) -> Result<(), ReportError> {
        let loaded = self.own(&self.context()?, request).await?;
        ensure_started(&loaded.state, fence)?;
        let execution = Execution::from(told);
        let finish = |loaded: &Loaded| {
            (!loaded.has_told(execution, fence)).then_some(Command::Finish { execution, fence })
        };
        let recorded = Stage::Record.of(Some(request), self.core().step_on(request, finish)).await;
        match recorded {
            Ok(_recorded) => Ok(()),
            Err(StepError::Refused(Refusal::Over)) => Err(Refusal::OutcomeKnown.into()),
            Err(StepError::Refused(refusal)) => Err(refusal.into()),
            Err(error) => Err(Denied::from(error).into()),
        }
    }
}

/// Whether its last start is the one of which somebody tells.
fn ensure_started(state: &State, fence: u64) -> Result<(), Refusal> {
    match state.started() {
        None => Err(Refusal::NotStarted),
        Some(started) if started.fence != fence => Err(Refusal::Fenced),
        Some(_this) => Ok(()),
    }
}

#[cfg(test)]
#[path = "elsewhere_tests.rs"]
mod tests;
