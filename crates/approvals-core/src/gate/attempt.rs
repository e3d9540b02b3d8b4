//! One attempt at an action, from its description to a started request.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::builder::{Core, Gate};
use super::denied::Denied;
use super::journal::{Loaded, StepError, TRIES, attachments};
use super::waiting::Waiting;
use crate::action::action::Action;
use crate::action::digest::Digest;
use crate::action::document::{DescribeError, Description, Document, Intake, Salt};
use crate::action::id::{IdempotencyKey, RequestId};
use crate::action::principal::{Principal, Requester};
use crate::policy::facts::Facts;
use crate::policy::policy::{Ruling, Verdict};
use crate::record::event::{Body, Cause, Execution};
use crate::record::ledger::LedgerError;
use crate::record::state::{Outcome, Phase, State};
use crate::record::transition::{Command, Refusal, Start};
use crate::review::grant::Grant;
use crate::review::quorum;
use crate::review::request::Request;

/// A call whose requester and request are known, and nothing else yet.
#[derive(Debug)]
pub(super) struct Identified {
    core: Arc<Core>,
    id: RequestId,
    key: Option<IdempotencyKey>,
    requester: Requester,
    loaded: Loaded,
}

/// An action that somebody wants to run.
#[derive(Debug)]
pub(super) struct Attempt {
    core: Arc<Core>,
    id: RequestId,
    key: Option<IdempotencyKey>,
    requester: Requester,
    intake: Intake,
    document: Document,
    /// What the ledger says of it.
    loaded: Loaded,
    waiting: Waiting,
}

/// What is left to do before the body may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    /// Nothing: the policy allowed it, and it is started.
    Started,
    /// To use the grant up.
    Granted,
}

/// Describes an action. What it panics about is an error like any other.
fn describe(
    core: &Core,
    action: &dyn Action,
    requester: &Requester,
    salts: BTreeMap<String, Salt>,
) -> Result<Intake, DescribeError> {
    let described = catch_unwind(AssertUnwindSafe(|| {
        let mut call = Description::new(core.max_arguments, salts);
        action.describe(&mut call).map(|()| call)
    }));
    described.map_err(|_panic| DescribeError::Panicked)??.seal(&core.origin, requester)
}

/// The id of a request: its own, or the one that everybody with this key arrives at.
fn request_id(
    core: &Core,
    requester: &Requester,
    key: Option<&IdempotencyKey>,
) -> Result<RequestId, Denied> {
    let Some(key) = key else {
        let mut entropy = [0; 10];
        getrandom::fill(&mut entropy)
            .map_err(|_none| Denied::Unavailable { what: "randomness" })?;
        return Ok(RequestId::random(core.now(), entropy));
    };
    let name = (&core.origin, requester.principal().id(), key);
    let bytes = crate::canonical::to_bytes(&name, usize::MAX).map_err(DescribeError::from)?;
    Ok(RequestId::keyed(&Digest::of("key", &bytes)))
}

impl Gate {
    /// Whose call this is, and which request. (What looks at the action is never asynchronous, so that
    /// actions need not be `Sync`.)
    pub(super) fn attempt(&self, action: &dyn Action) -> Result<Identified, Denied> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Denied::Unavailable { what: "the tokio runtime" });
        }
        let (core, requester) = (Arc::clone(self.core()), self.requester()?);
        let key = action.key().cloned();
        let id = request_id(&core, &requester, key.as_ref())?;
        Ok(Identified { core, id, key, requester, loaded: Loaded::default() })
    }
}

impl Identified {
    /// What there is of it already, if others could have asked for it.
    pub(super) async fn load(mut self) -> Result<Self, Denied> {
        if self.key.is_some() {
            self.loaded = self.core.load(self.id).await?;
        }
        Ok(self)
    }

    /// What is asked for, as bytes.
    pub(super) fn describe(self, action: &dyn Action) -> Result<Attempt, Denied> {
        let Self { core, id, key, requester, loaded } = self;
        let intake = describe(&core, action, &requester, loaded.salts())?;
        if loaded.state.action().is_some_and(|action| action != intake.digest) {
            return Err(Denied::Conflict { request: id });
        }
        let document = intake.document()?;
        let waiting = Waiting::new(Arc::clone(&core), id, key.is_none());
        Ok(Attempt { core, id, key, requester, intake, document, loaded, waiting })
    }
}

impl Attempt {
    pub(super) fn id(&self) -> RequestId {
        self.id
    }

    /// The digest of what is asked for.
    pub(super) fn action(&self) -> Digest {
        self.intake.digest
    }

    pub(super) fn phase(&self) -> &Phase {
        self.loaded.state.phase()
    }

    /// The same action described again, as it is at this moment.
    pub(super) fn describe_again(&self, action: &dyn Action) -> Result<Digest, DescribeError> {
        Ok(describe(&self.core, action, &self.requester, self.intake.salts())?.digest)
    }

    /// Asks, and waits until people have decided, if they are to.
    ///
    /// Dropping the attempt from here on withdraws the request, unless others can pick it up.
    pub(super) async fn until_decided(&mut self) -> Result<Decided, Denied> {
        self.waiting.arm();
        let decided = self.ask_and_wait().await;
        self.waiting.disarm_if(decided.is_err());
        decided
    }

    async fn ask_and_wait(&mut self) -> Result<Decided, Denied> {
        if self.ask(true).await? {
            return Ok(Decided::Started);
        }
        self.attend();
        if *self.phase() == Phase::Pending {
            self.loaded = self.core.decided(self.id, Phase::Pending).await?;
        }
        self.ensure_startable().map(|()| Decided::Granted)
    }

    /// The body is about to begin: from here on, its end is what is recorded.
    pub(super) fn begins(&mut self) {
        self.waiting.disarm_if(true);
    }

    pub(super) fn state(&self) -> &State {
        &self.loaded.state
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// What the policy says now. A policy that fails in any way denies.
    fn rule(&self) -> Ruling {
        let facts = Facts::new(&self.document, &self.requester, self.core.now());
        let policy = &self.core.policy;
        let ruled = catch_unwind(AssertUnwindSafe(|| (policy.rule(&facts), policy.digest())));
        let deny = |reason: &str, digest| {
            Ruling::new(Verdict::Deny(reason.to_owned()), Vec::new(), digest)
        };
        match ruled {
            Ok((Ok(ruling), _)) => ruling,
            Ok((Err(error), digest)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a policy failed, so an action is denied"
                );
                deny("the policy could not rule on it", digest)
            }
            Err(_panic) => deny("the policy could not rule on it", Digest::of("policy", b"")),
        }
    }

    /// Records the action and what the policy says to it, unless that has been done.
    ///
    /// What the policy allows can be started in the same append; the answer says whether it was.
    pub(super) async fn ask(&mut self, start_if_allowed: bool) -> Result<bool, Denied> {
        if *self.phase() != Phase::Absent {
            return Ok(false);
        }
        let ruling = self.rule();
        let allowed = ruling.verdict == Verdict::Allow;
        let unsatisfiable = self.is_unsatisfiable(&ruling.verdict).await?;
        let document = Body::of(&self.intake.bytes);
        let attachments = attachments(&self.intake, matches!(document, Body::Beside(_)));
        let action = self.intake.digest;
        let asked_at = self.core.now();
        let request = Request::new(
            self.id,
            self.key.clone(),
            action,
            self.requester.clone(),
            ruling.clone(),
            asked_at,
        );
        let mut commands = vec![Command::Ask { request, document }];
        if unsatisfiable {
            commands.push(Command::Close(Cause::Unsatisfiable));
        }
        if allowed && start_if_allowed {
            commands.push(Command::Start(Start { action, ruling, approvers: Vec::new() }));
        }
        match self.core.step_with(self.id, &State::default(), commands, attachments).await {
            Ok(state) if *state.phase() == Phase::Started => {
                self.loaded.state = state;
                return Ok(true);
            }
            // Somebody with the same key may have been faster: what they asked for stands.
            Ok(_) | Err(StepError::Ledger(LedgerError::Conflict)) => self.reload().await?,
            Err(error) => return Err(error.into()),
        }
        if self.loaded.state.action() == Some(action) {
            Ok(false)
        } else {
            Err(Denied::Conflict { request: self.id })
        }
    }

    /// Whether nobody could satisfy what is asked, so that waiting would be in vain.
    async fn is_unsatisfiable(&self, verdict: &Verdict) -> Result<bool, Denied> {
        let Verdict::Review(obligations) = verdict else { return Ok(false) };
        let mut people: Vec<Principal> = Vec::new();
        for group in obligations.seats().collect::<BTreeSet<_>>() {
            let members = self.core.directory.members(group).await;
            people.extend(members.map_err(|_error| Denied::Unavailable { what: "the directory" })?);
        }
        let eligible = people
            .iter()
            .filter(|person| quorum::may_decide(obligations, &self.requester, person).is_ok());
        Ok(!quorum::is_satisfied(obligations, eligible))
    }

    async fn reload(&mut self) -> Result<(), Denied> {
        self.loaded = self.core.load(self.id).await?;
        Ok(())
    }

    /// Has the request looked after, if it is pending.
    pub(super) fn attend(&self) {
        if *self.phase() == Phase::Pending {
            self.core.attend(self.id);
        }
    }

    /// Uses the grant up, or starts what is allowed: after this, the body may run, once.
    pub(super) async fn start(&mut self, action: Digest) -> Result<Option<Grant>, Denied> {
        let started = self.try_start(action).await;
        self.waiting.disarm_if(started.is_err());
        started
    }

    async fn try_start(&mut self, action: Digest) -> Result<Option<Grant>, Denied> {
        for _ in 0..TRIES {
            let approvers = self.approvers_now().await?;
            let start = Start { action, ruling: self.rule(), approvers };
            match self.core.step(self.id, &self.loaded, vec![Command::Start(start)]).await {
                Ok(state) => {
                    let grant = self.loaded.grant();
                    self.loaded.state = state;
                    return Ok(grant);
                }
                Err(StepError::Ledger(LedgerError::Conflict)) => {
                    self.reload().await?;
                    self.ensure_startable()?;
                }
                Err(StepError::Refused(refusal)) => return Err(self.stop(refusal).await),
                Err(error) => return Err(error.into()),
            }
        }
        Err(LedgerError::Conflict.into())
    }

    /// The approvers as the directory knows them now, by the identities that they decided with.
    async fn approvers_now(&self) -> Result<Vec<Principal>, Denied> {
        let mut approvers = Vec::new();
        for decision in self.loaded.state.approvals() {
            let known = self.core.directory.resolve(&decision.identity).await;
            let known = known.map_err(|_error| Denied::Unavailable { what: "the directory" })?;
            approvers.extend(known.filter(|person| person.id() == decision.reviewer.id()));
        }
        Ok(approvers)
    }

    /// Ends a request that was not let through at the last check, and says why.
    async fn stop(&mut self, refusal: Refusal) -> Denied {
        let cause = match &refusal {
            Refusal::PolicyStops(reason) => Some(Cause::Denied { reason: reason.clone() }),
            Refusal::TooLate => Some(Cause::Expired),
            Refusal::PolicyAsksMore | Refusal::ApproversGone => {
                Some(Cause::Revoked { reason: refusal.to_string() })
            }
            // The caller's arguments are at fault, not the grant: others may hold the same key.
            Refusal::OtherDigest
            | Refusal::Unknown
            | Refusal::Unmapped(_)
            | Refusal::Ineligible(_)
            | Refusal::Twice
            | Refusal::Over
            | Refusal::NotGranted => None,
        };
        if let Some(cause) = cause {
            let closed = self.core.step(self.id, &self.loaded, vec![Command::Close(cause)]).await;
            if let Err(error) = closed {
                tracing::warn!(request = %self.id, error = &error as &dyn std::error::Error, "a stopped request was not closed");
            }
        }
        StepError::from(refusal).into()
    }

    /// Why this request cannot be started, if it cannot.
    fn ensure_startable(&self) -> Result<(), Denied> {
        let request = self.id;
        match self.phase() {
            Phase::Allowed | Phase::Granted => Ok(()),
            Phase::Absent | Phase::Pending | Phase::Ended(Outcome::Executed(Execution::NotRun)) => {
                Err(Denied::Withdrawn)
            }
            Phase::Started | Phase::Ended(Outcome::Executed(Execution::Dropped)) => {
                Err(Denied::InDoubt { request })
            }
            Phase::Ended(Outcome::Executed(Execution::Changed)) => Err(Denied::Changed),
            Phase::Ended(Outcome::Executed(
                Execution::Succeeded | Execution::Failed | Execution::Panicked,
            )) => Err(Denied::AlreadyRan { request }),
            Phase::Ended(Outcome::Closed(cause)) => Err(self.closed(cause)),
        }
    }

    fn closed(&self, cause: &Cause) -> Denied {
        match cause.clone() {
            Cause::Denied { reason } => Denied::ByPolicy { reason },
            Cause::Rejected { by } => Denied::Rejected { by, reason: self.loaded.rejection() },
            Cause::Expired => Denied::Expired,
            Cause::Withdrawn => Denied::Withdrawn,
            Cause::Revoked { reason } => Denied::Revoked { reason },
            Cause::Undeliverable => Denied::Undeliverable,
            Cause::Unsatisfiable => Denied::Unsatisfiable,
        }
    }
}
