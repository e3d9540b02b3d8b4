//! One attempt at an action, from its description to a started request.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::builder::Core;
use super::denied::Denied;
use super::ended::cause_of;
use super::journal::{Loaded, Step, StepError, TRIES, attachments};
use super::prepare::Prepared;
use super::stage::Stage;
use super::waiting::Waiting;
use crate::action::action::Action;
use crate::action::clock::Timestamp;
use crate::action::context::Context;
use crate::action::describe_error::DescribeError;
use crate::action::described;
use crate::action::description::{Intake, Salt};
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{ActionName, IdempotencyKey, RequestId};
use crate::action::principal::{Principal, Requester};
use crate::policy::facts::Facts;
use crate::policy::policy::{Ruling, Verdict};
use crate::record::body::Body;
use crate::record::control::Control;
use crate::record::event::Cause;
use crate::record::ledger::LedgerError;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal, Start};
use crate::review::decision::Decision;
use crate::review::grant::Grant;
use crate::review::quorum::{Question, Vote};
use crate::review::request::Request;

/// Whose call it is, and which request.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) core: Arc<Core>,
    pub(super) id: RequestId,
    pub(super) key: Option<IdempotencyKey>,
    pub(super) context: Context,
}

/// An action that somebody wants to run.
#[derive(Debug)]
pub(super) struct Attempt {
    core: Arc<Core>,
    id: RequestId,
    key: Option<IdempotencyKey>,
    context: Context,
    intake: Intake,
    document: Document,
    /// The digest of the name of this try, if the body runs elsewhere.
    tried_as: Option<Digest>,
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

/// Describes an action, as asked for by `requester`.
pub(super) fn describe(
    core: &Core,
    action: &dyn Action,
    requester: &Requester,
    salts: BTreeMap<String, Salt>,
) -> Result<Intake, DescribeError> {
    described::describe(action, core.max_arguments, salts)?.seal(&core.origin, requester)
}

impl Attempt {
    /// A described call, of which the ledger says what is loaded.
    pub(super) fn new(call: Call, intake: Intake, loaded: Loaded) -> Result<Self, DescribeError> {
        let Call { core, id, key, context } = call;
        let document = intake.document()?;
        let waiting = Waiting::new(Arc::clone(&core), id, key.is_some());
        Ok(Self { core, id, key, context, intake, document, tried_as: None, loaded, waiting })
    }

    pub(super) fn id(&self) -> RequestId {
        self.id
    }

    /// What is asked for, by its name.
    pub(super) fn name(&self) -> &ActionName {
        &self.document.action
    }

    /// The digest of what is asked for.
    pub(super) fn action(&self) -> Digest {
        self.intake.digest
    }

    pub(super) fn phase(&self) -> &Phase {
        self.loaded.state.phase()
    }

    /// Whether this is what was asked for, if something was.
    pub(super) fn is_of_what_was_asked(&self) -> bool {
        self.state().action().is_none_or(|action| action == self.action())
    }

    /// The same action described again, as it is at this moment.
    pub(super) fn describe_again(&self, action: &dyn Action) -> Result<Digest, DescribeError> {
        Ok(describe(&self.core, action, self.context.requester(), self.intake.salts())?.digest)
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

    /// Asks and does not wait; nor is what people decide put before them yet.
    pub(super) async fn ask_only(&mut self) -> Result<(), Denied> {
        self.waiting.arm();
        let id = Some(self.id);
        let asked = Stage::Ask.of(id, self.ask(false)).await;
        self.waiting.disarm_if(asked.is_err());
        asked.map(drop)
    }

    async fn ask_and_wait(&mut self) -> Result<Decided, Denied> {
        let id = Some(self.id);
        if Stage::Ask.of(id, self.ask(true)).await? {
            return Ok(Decided::Started);
        }
        self.wait().await
    }

    async fn wait(&mut self) -> Result<Decided, Denied> {
        self.attend();
        if *self.phase() == Phase::Pending {
            let decided = self.core.decided(self.id, Phase::Pending);
            self.loaded = Stage::Wait.of(Some(self.id), decided).await?;
        }
        self.is_left_to_start()
    }

    /// What is left to do, unless it cannot be started.
    fn is_left_to_start(&self) -> Result<Decided, Denied> {
        if *self.phase() == Phase::Started && self.state().was_started_as(self.tried_as) {
            return Ok(Decided::Started);
        }
        self.loaded.ensure_startable(self.id, self.core.now()).map(|()| Decided::Granted)
    }

    /// Waits for what was asked for before, to start it as the try of this name: if that was started, and how it ended
    /// was not told yet, there is nothing left to do.
    ///
    /// Dropping the attempt withdraws nothing: whoever has asked can come again.
    pub(super) async fn until_decided_for(&mut self, name: Digest) -> Result<Decided, Denied> {
        self.tried_as = Some(name);
        self.wait().await
    }

    /// The grant, if people have decided.
    pub(super) fn grant(&self) -> Option<Grant> {
        self.loaded.grant()
    }

    /// What is asked for, as bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.intake.bytes
    }

    /// The body is about to begin: from here on, its end is what is recorded.
    pub(super) fn begins(&mut self) {
        self.waiting.disarm_if(true);
        self.core.await_review(self.id, self.state());
    }

    /// Which start of the request this is.
    pub(super) fn fence(&self) -> u64 {
        self.state().started().map_or(1, |started| started.fence)
    }

    pub(super) fn state(&self) -> &State {
        &self.loaded.state
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Records the action and what the policy says to it, unless that has been done.
    ///
    /// What needs nobody (any more) can be started in the same append; the answer says whether it was.
    pub(super) async fn ask(&mut self, start_if_allowed: bool) -> Result<bool, Denied> {
        for _ in 0..TRIES {
            if *self.phase() != Phase::Absent {
                return Ok(false);
            }
            match self.try_ask(start_if_allowed).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {
                    self.core.look_at_log().await?;
                    self.reload().await?;
                }
                other => return other.map_err(Denied::from),
            }
            // Somebody with the same key may have been faster: what they asked for stands.
            if !self.is_of_what_was_asked() {
                return Err(Denied::Conflict { request: self.id });
            }
        }
        Err(LedgerError::Conflict.into())
    }

    async fn try_ask(&mut self, start_if_allowed: bool) -> Result<bool, StepError> {
        let (now, seen) = (self.core.now(), self.core.control().version());
        let ruling = self.core.rule(self.facts(now)).await?;
        let mut request = self.request(ruling.clone(), now);
        let mut refused = None;
        // One after the other, so that each counts those before it.
        let core = Arc::clone(&self.core);
        let asks = request.question().is_some();
        let _turn = if asks { Some(core.asking.lock().await) } else { None };
        if asks && self.stop_by(&self.core.control()).is_none() {
            match self.core.prepare(&mut request, &self.document, now).await? {
                Prepared::Ask => {}
                Prepared::Refuse(cause) => refused = Some(cause),
                Prepared::Join(same) => return Ok(self.join(same).await?),
            }
        }
        let control = self.core.control();
        // The ruling is of the log as it was seen then: the policy may have been replaced since.
        if control.version() != seen {
            return Err(LedgerError::Conflict.into());
        }
        let refused = refused.or_else(|| self.stop_by(&control));
        let at_once = Cause::of(&ruling.verdict).or_else(|| refused.clone());
        // Here as well each counts those before it; what is allowed waits for nobody.
        let _counted = if at_once.is_some() { Some(core.refusing.lock().await) } else { None };
        if let Some(cause) = at_once
            && !self.core.records_refused(&self.document, &cause, now).await?
        {
            return Err(self.loaded.closed(&cause).into());
        }
        let open = ruling.verdict == Verdict::Allow || request.standing.is_some();
        let document = Body::of(&self.intake.bytes);
        let attachments = attachments(&self.intake, matches!(document, Body::Beside(_)));
        let mut step = Step::new(self.id, &State::default(), now)
            .then(Command::Ask { request: Box::new(request), document })?
            .beside(attachments)
            .while_log_has(control.version());
        if let Some(cause) = refused.filter(|_cause| step.after.outcome().is_none()) {
            step = step.then(Command::Close(cause))?;
        } else if open && start_if_allowed && self.core.providers.is_empty() {
            // (Facts may count this call only once it is recorded, so with them it is judged again first.)
            step = step.then(Command::Start(Box::new(self.start_now(
                ruling,
                Vec::new(),
                &control,
                true,
            ))))?;
        }
        self.loaded.state = self.core.take(step).await?;
        let is_started = *self.phase() == Phase::Started;
        if !is_started {
            self.reload().await?;
        }
        Ok(is_started)
    }

    fn facts(&self, now: Timestamp) -> Facts<'_> {
        Facts::new(&self.document, self.context.requester(), now).about(self.id)
    }

    fn request(&self, ruling: Ruling, now: Timestamp) -> Request {
        let key = self.key.clone();
        Request::new(self.id, key, self.action(), &self.context, ruling, now)
            .on_terms_of(&self.document)
    }

    /// Waits for the same request that somebody else has made, rather than asking people twice.
    async fn join(&mut self, same: RequestId) -> Result<bool, Denied> {
        self.waiting.disarm_if(true);
        self.waiting = Waiting::beside_others(Arc::clone(&self.core), same);
        self.id = same;
        self.reload().await.map(|()| false)
    }

    fn stop_by(&self, control: &Control) -> Option<Cause> {
        control.stop_of(&self.document.action, self.context.requester())
    }

    /// What is known as the body is about to run, by the log as it stands.
    fn start_now(
        &self,
        ruling: Ruling,
        approvals: Vec<Decision>,
        control: &Control,
        stands: bool,
    ) -> Start {
        let stop = self.stop_by(control);
        Start { action: self.action(), attempt: self.tried_as, ruling, approvals, stands, stop }
    }

    /// Those that nobody who asks has given, under the names that this caller knows: who picks a request up may know
    /// more of them than who made it.
    fn by_others(&self, mut approvals: Vec<Decision>) -> Vec<Decision> {
        let asked = self.loaded.state.request().and_then(Request::question);
        if let Some(asked) = asked {
            let now = Question { requester: self.context.requester(), ..asked };
            let is_outside = |person: &Principal| now.is_outside(person).is_ok();
            approvals.retain(|approval| Vote::of(approval).people().all(is_outside));
        }
        approvals
    }

    async fn reload(&mut self) -> Result<(), Denied> {
        self.loaded = self.core.load(self.id).await?;
        Ok(())
    }

    /// Has the request looked after, if it is pending.
    pub(super) fn attend(&self) {
        if *self.phase() == Phase::Pending {
            self.core.attend(vec![self.id]);
        }
    }

    /// Uses the grant up, or starts what is allowed: after this, the body may run, once.
    pub(super) async fn start(&mut self, action: Digest) -> Result<Option<Grant>, Denied> {
        let id = Some(self.id);
        let started = Stage::Start.of(id, self.try_start(action)).await;
        self.waiting.disarm_if(started.is_err());
        started
    }

    async fn try_start(&mut self, action: Digest) -> Result<Option<Grant>, Denied> {
        for _ in 0..TRIES {
            let control = self.core.control();
            let approvals = self.core.approvals_that_count(&self.loaded.state).await?;
            let approvals = self.by_others(approvals);
            let ruling = self.core.rule(self.facts(self.core.now())).await?;
            // To rule can take a while, and grants expire.
            let now = self.core.now();
            let stands = match self.loaded.state.request() {
                Some(request) => self.core.stands(&control, &self.document, request, now).await?,
                None => false,
            };
            let start = Start { action, ..self.start_now(ruling, approvals, &control, stands) };
            let starting =
                Step::new(self.id, &self.loaded.state, now).then(Command::Start(Box::new(start)));
            let started = match starting {
                Ok(next) => self.core.take(next.while_log_has(control.version())).await,
                Err(error) => Err(error),
            };
            match started {
                Ok(state) => {
                    let grant = self.grant();
                    self.loaded.state = state;
                    return Ok(grant);
                }
                Err(StepError::Ledger(LedgerError::Conflict)) => {
                    self.core.look_at_log().await?;
                    self.reload().await?;
                    if self.is_left_to_start()? == Decided::Started {
                        return Ok(self.grant());
                    }
                }
                Err(StepError::Refused(refusal)) => return Err(self.stop(refusal).await),
                Err(error) => return Err(error.into()),
            }
        }
        Err(LedgerError::Conflict.into())
    }

    /// Ends a request that was not let through at the last check, and says why.
    async fn stop(&mut self, refusal: Refusal) -> Denied {
        if let Some(cause) = cause_of(&refusal) {
            let closed = self.core.step(self.id, &self.loaded, vec![Command::Close(cause)]).await;
            if let Err(error) = closed {
                tracing::warn!(request = %self.id, error = &error as &dyn std::error::Error, "a stopped request was not closed");
            }
        }
        StepError::from(refusal).into()
    }
}
