//! Acts on the approvals themselves, asked for at the desk and carried out through the gate like any other.

use std::sync::{Arc, PoisonError};

use super::builder::{Core, Gate};
use super::context::within_scope;
use super::denied::Denied;
use super::desk::{Desk, DeskError};
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::principal::Requester;
use crate::policy::policy::Policy;
use crate::record::control::Control;
use crate::record::event::What;
use crate::record::own_act::OwnAct;
use crate::record::transition::Refusal;
use crate::review::directory::ChannelIdentity;
use crate::review::standing::StandingTerms;
impl Desk {
    /// Lifts a stop once people agree: the policy's rule about `approvals.lift` says who. Without one, nobody
    /// can. Waits until they have decided.
    ///
    /// # Errors
    ///
    /// [`ActError::Denied`] if they did not agree, or nobody may be asked.
    pub async fn lift(
        &self,
        identity: &ChannelIdentity,
        stop: Digest,
        reason: &str,
    ) -> Result<(), ActError> {
        let control = self.core().look_at_log().await.map_err(DeskError::from)?;
        let act = OwnAct::lift_of(stop, &control).ok_or(DeskError::Refused(Refusal::Unknown))?;
        let act = act.because(reason);
        self.carry_out(identity, act, |_, request| Some(What::Lifted { stop, request })).await?;
        Ok(())
    }

    /// Issues a standing grant once people agree: the policy's rule about `approvals.standing` says who.
    /// Without one there are none. Waits until they have decided, and returns what the grant is called by.
    ///
    /// # Errors
    ///
    /// [`ActError::Denied`] if they did not agree, or nobody may be asked.
    pub async fn issue_standing(
        &self,
        identity: &ChannelIdentity,
        terms: StandingTerms,
        reason: &str,
    ) -> Result<RequestId, ActError> {
        let act = OwnAct::standing(&terms).because(reason);
        let issued = move |_: &Control, request| {
            Some(What::StandingIssued { request, terms: terms.clone() })
        };
        self.carry_out(identity, act, issued).await
    }

    /// Replaces the policy of this process, once people agree if the policy's rule about `approvals.policy`
    /// says so. Waits until they have decided.
    ///
    /// # Errors
    ///
    /// [`ActError::Denied`] if they did not agree; the policy stays.
    pub async fn replace_policy(
        &self,
        identity: &ChannelIdentity,
        policy: impl Policy + 'static,
        reason: &str,
    ) -> Result<(), ActError> {
        let person = self.person(identity).await?;
        let gate = Gate::of(Arc::clone(self.core()));
        let requester = Requester::new(person);
        Ok(Box::pin(gate.replace_policy_as(requester, Arc::new(policy), reason)).await?)
    }

    async fn carry_out(
        &self,
        identity: &ChannelIdentity,
        act: OwnAct,
        what: impl Fn(&Control, RequestId) -> Option<What>,
    ) -> Result<RequestId, ActError> {
        let person = self.person(identity).await?;
        let gate = Gate::of(Arc::clone(self.core()));
        Ok(Box::pin(gate.carry_out(act.requester(person), act, what)).await?)
    }
}

/// An act on the approvals that was not carried out.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{ActError, Denied, Stop};
///
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
/// let desk = gate.desk();
/// let stop = desk.stop(&account, Stop::Everything, "the site is down").await?;
///
/// // The policy has no rule about `approvals.lift`, so nobody can agree to it.
/// let error = desk.lift(&account, stop, "it is up again").await.unwrap_err();
/// assert!(matches!(error, ActError::Denied(Denied::ByPolicy { .. })));
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActError {
    /// It is not known who wants it.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// People did not agree to it.
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl Gate {
    /// Replaces the policy, on behalf of `requester`.
    pub(super) async fn replace_policy_as(
        &self,
        requester: Requester,
        policy: Arc<dyn Policy>,
        reason: &str,
    ) -> Result<(), Denied> {
        let core = self.core();
        let to = policy.digest();
        let guarded = core.is_guarded(&*policy);
        let from = core.look_at_log().await?.policy().map(|in_force| in_force.digest);
        if from != Some(to) {
            let act = OwnAct::replace_policy(from, to, guarded).because(reason);
            let loaded = move |control: &Control, request| {
                let replaces = control.policy().map(|before| before.digest);
                // Another policy may have come in between; what was agreed was about the one before.
                (replaces == from).then_some(What::PolicyLoaded {
                    policy: to,
                    replaces,
                    guarded,
                    request: Some(request),
                })
            };
            self.carry_out(requester, act, loaded).await?;
        }
        core.set_policy(policy);
        Ok(())
    }

    /// Runs an act whose whole effect is one event of the log itself.
    async fn carry_out(
        &self,
        requester: Requester,
        act: OwnAct,
        what: impl Fn(&Control, RequestId) -> Option<What>,
    ) -> Result<RequestId, Denied> {
        let core: &Core = self.core();
        self.run_as(within_scope(requester), act, async |permit, _act| {
            let request = permit.request();
            core.append_to_log(|control, _at| {
                let overtaken = Denied::Revoked { reason: "it was overtaken".into() };
                what(control, request).map(Some).ok_or(overtaken)
            })
            .await?;
            Ok(request)
        })
        .await
    }
}

impl Core {
    pub(super) fn set_policy(&self, policy: Arc<dyn Policy>) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }
}
