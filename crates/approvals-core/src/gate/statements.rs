//! What people state at the desk, apart from decisions about a card.

use std::collections::BTreeSet;

use super::builder::Core;
use super::desk::{Desk, DeskError, MAX_REASON};
use super::journal::{Step, StepError, TRIES};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{Group, PrincipalId, RequestId};
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::policy::policy::Verdict;
use crate::record::control::Control;
use crate::record::event::What;
use crate::record::ledger::LedgerError;
use crate::record::own_act::OwnAct;
use crate::record::transition::{Command, Refusal};
use crate::review::directory::ChannelIdentity;
use crate::review::envelope::Envelope;
use crate::review::quorum::Ineligible;
use crate::review::statement::{Resolution, Says, Statement, Stop};

impl Desk {
    /// Stops a principal, an action or everything, at once and until people [lift](Self::lift) it: when this
    /// returns, nothing of that kind is recorded as started any more, in any process. A body whose start was
    /// recorded before goes on, also if its process hears of that only now. Principals are stopped by every
    /// name that their calls are made under or that the calls state beside it, not by those that only the directory
    /// knows. People who are stopped may still vote and state things; what is stopped are calls.
    ///
    /// Everybody whom the directory knows may do so, machines included, unless a rule of the policy denies them
    /// `approvals.stop`.
    ///
    /// Returns what the stop is called by.
    pub async fn stop(
        &self,
        identity: &ChannelIdentity,
        scope: Stop,
        reason: &str,
    ) -> Result<Digest, DeskError> {
        let person = self.person(identity).await?;
        let act = OwnAct::stop(&scope.to_string());
        let judged = self.core().judge_stop(&act, &Requester::new(person)).await;
        // It takes effect at once, so there is nobody to ask.
        if let Verdict::Deny(_) = judged.map_err(DeskError::unavailable)? {
            return Err(Refusal::Ineligible(Ineligible::NotAsked).into());
        }
        let envelope = self.state(identity, Says::Stop { scope }, reason).await?;
        envelope.digest().map_err(DeskError::unavailable)
    }

    /// Lends one's vote, for some of one's groups and until a time, to somebody who has none there. Whichever
    /// of both votes first has voted for both. It replaces what was lent before.
    pub async fn delegate(
        &self,
        identity: &ChannelIdentity,
        to: PrincipalId,
        groups: BTreeSet<Group>,
        until: Timestamp,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.state(identity, Says::Delegate { to, groups, until }, reason).await.map(drop)
    }

    /// Takes one's vote back from whoever it was lent to.
    pub async fn undelegate(
        &self,
        identity: &ChannelIdentity,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.state(identity, Says::Undelegate, reason).await.map(drop)
    }

    /// Ends the use of a standing grant, once. Everybody who was asked about it may do so.
    pub async fn retire(
        &self,
        identity: &ChannelIdentity,
        standing: RequestId,
        reason: &str,
    ) -> Result<(), DeskError> {
        let person = self.person(identity).await?;
        self.core().look_at_log().await?.may_retire(standing)?;
        let loaded = self.core().load(standing).await?;
        if !loaded.state.question().is_some_and(|question| question.asks(&person)) {
            return Err(Refusal::Ineligible(Ineligible::NotAsked).into());
        }
        self.state(identity, Says::Retire { standing }, reason).await.map(drop)
    }

    /// Says what became of a request that was started and never finished.
    pub async fn resolve(
        &self,
        identity: &ChannelIdentity,
        request: RequestId,
        resolution: Resolution,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.state_about(request, identity, Says::Resolve { request, resolution }, reason).await
    }

    /// Judges afterwards what was done in an emergency.
    pub async fn review(
        &self,
        identity: &ChannelIdentity,
        request: RequestId,
        justified: bool,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.state_about(request, identity, Says::Review { request, justified }, reason).await
    }

    /// Says afterwards why one has rejected a request, once, and only if one has not said so then.
    pub async fn explain(
        &self,
        identity: &ChannelIdentity,
        request: RequestId,
        reason: &str,
    ) -> Result<(), DeskError> {
        self.state_about(request, identity, Says::Explain { request }, reason).await
    }

    /// Records a statement about the log as a whole.
    pub(super) async fn state(
        &self,
        identity: &ChannelIdentity,
        says: Says,
        reason: &str,
    ) -> Result<Envelope<Statement>, DeskError> {
        let person = self.person(identity).await?;
        for _ in 0..TRIES {
            let control = self.core().look_at_log().await?;
            if let Says::Retire { standing } = &says {
                control.may_retire(*standing)?;
            }
            let at = control.time(self.core().now());
            let statement = self.statement(identity, &person, &says, reason, at).await?;
            let envelope = self.sign(&statement).await?;
            let what = What::Stated { envelope: envelope.clone() };
            if Control::clone(&control).apply(&what, at).is_err() {
                return Err(Refusal::Ineligible(Ineligible::NotAsked).into());
            }
            match self.core().append_log_event(&control, what, at).await {
                Ok(()) => return Ok(envelope),
                Err(LedgerError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(DeskError::unavailable(LedgerError::Conflict))
    }

    /// Records a statement about one request.
    async fn state_about(
        &self,
        request: RequestId,
        identity: &ChannelIdentity,
        says: Says,
        reason: &str,
    ) -> Result<(), DeskError> {
        let core: &Core = self.core();
        let person = self.person(identity).await?;
        for _ in 0..TRIES {
            let loaded = core.load(request).await?;
            let now = loaded.state.time(core.now());
            let statement = self.statement(identity, &person, &says, reason, now).await?;
            let envelope = self.sign(&statement).await?;
            let command = Command::State { statement: Box::new(statement), envelope };
            let step = Step::new(request, &loaded.state, now).then(command)?;
            match core.take(step).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                other => return other.map(drop).map_err(DeskError::from),
            }
        }
        Err(DeskError::unavailable(LedgerError::Conflict))
    }

    async fn statement(
        &self,
        identity: &ChannelIdentity,
        person: &Principal,
        says: &Says,
        reason: &str,
        at: Timestamp,
    ) -> Result<Statement, DeskError> {
        if reason.len() > MAX_REASON {
            return Err(DeskError::ReasonTooLong);
        }
        if reason.trim().is_empty() {
            return Err(DeskError::NoReason);
        }
        Ok(Statement {
            assurance: Assurance::ChannelAttested,
            at,
            identity: identity.clone(),
            log: self.core().origin.clone(),
            person: person.clone(),
            reason: reason.to_owned(),
            says: says.clone(),
            seen: self.seen().await?,
        })
    }
}

#[cfg(test)]
#[path = "statements_tests.rs"]
mod tests;
