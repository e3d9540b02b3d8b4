//! The state of a request: a fold over its events, and nothing that is stored anywhere else.

use super::challenges::Challenges;
use super::event::{Cause, Execution};
use super::nudge::Nudge;
use super::post::{InChannels, Post};
use super::reach::Reach;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::policy::obligations::Obligations;
use crate::policy::policy::Verdict;
use crate::review::decision::{Choice, Decision};
use crate::review::grant::Claims;
use crate::review::quorum::{Question, Vote, of_same_person};
use crate::review::request::Request;
use crate::review::statement::{Resolution, Says, Statement};

/// Where a request stands.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Cause, Outcome, Phase};
///
/// // What a channel writes on the card, in `Approver::update`.
/// fn told(phase: &Phase) -> String {
///     match phase {
///         Phase::Absent | Phase::Pending => "waits for a decision".to_owned(),
///         Phase::Allowed | Phase::Granted | Phase::Started => "approved".to_owned(),
///         Phase::Ended(Outcome::Executed(_) | Outcome::Resolved(_)) => "done".to_owned(),
///         Phase::Ended(Outcome::Closed(cause)) => format!("did not run: {cause}"),
///     }
/// }
///
/// let withdrawn = Phase::Ended(Outcome::Closed(Cause::Withdrawn));
/// assert_eq!(told(&withdrawn), "did not run: the caller took it back");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new phase must not be overlooked by anybody who acts on it"
)]
pub enum Phase {
    /// There is no such request.
    #[default]
    Absent,
    /// The policy or a standing grant allows it; it has not run yet.
    Allowed,
    /// People are to decide.
    Pending,
    /// There is a grant, not used yet.
    Granted,
    /// The body was about to run. If that was in a process that is gone, what it did is unknown.
    Started,
    /// It is over.
    Ended(Outcome),
}

/// How a request ended. There is no way back from here. [`State`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "how a request ended must not be overlooked")]
pub enum Outcome {
    /// The body ran, or had started to.
    Executed(Execution),
    /// It did not run and never will.
    Closed(Cause),
    /// What became of it was unknown, and a person has looked.
    Resolved(Resolution),
}

/// A request as its events tell it.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, Denied, DynamicAction, Event, Execution, Outcome, State};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("release-7")?;
/// let request = gate.submit(deploy.clone()).await?.request;
/// inbox.decide(&account, Ballot::approve(&inbox.next().await)?).await?;
/// gate.run(deploy, async |_permit, _call| Ok::<_, Denied>(())).await?;
///
/// let entries = ledger.history(Some(request)).await?;
/// let events = entries.iter().map(|entry| Event::parse(&entry.bytes));
/// let state = State::fold(&events.collect::<Result<Vec<_>, _>>()?)?;
/// assert_eq!(state.outcome(), Some(&Outcome::Executed(Execution::Succeeded)));
/// assert_eq!(state.decisions()[0].reviewer.id().as_str(), "u:mira");
/// assert_eq!(state.started().map(|started| started.fence), Some(1));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub(super) phase: Phase,
    pub(super) version: u64,
    pub(super) last_at: Timestamp,
    pub(super) request: Option<Request>,
    pub(super) request_digest: Option<Digest>,
    pub(super) decisions: Vec<Decision>,
    pub(super) late: Vec<Decision>,
    pub(super) reach: Reach,
    pub(super) grant: Option<Claims>,
    pub(super) granted_at: Option<Timestamp>,
    pub(super) started: Option<Started>,
    /// Whether the body that was started last has told its end, or was dropped.
    pub(super) has_ended: bool,
    pub(super) statements: Vec<Statement>,
    pub(super) channels: InChannels,
    pub(super) challenges: Challenges,
}

/// The last time that a body was started. [`State`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Started {
    /// When the start was recorded.
    pub at: Timestamp,
    /// The digest of its caller's name for this one try, where the body runs elsewhere.
    pub attempt: Option<Digest>,
    /// How many times it has been started, this time included.
    pub fence: u64,
}

impl State {
    /// Where the request stands.
    #[must_use]
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// How many events there are.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the last event was.
    #[must_use]
    pub fn last_at(&self) -> Timestamp {
        self.last_at
    }

    /// The question, once there is one.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// The digest of the question, once there is one.
    #[must_use]
    pub fn request_digest(&self) -> Option<Digest> {
        self.request_digest
    }

    /// The digest of the action that is asked for.
    #[must_use]
    pub fn action(&self) -> Option<Digest> {
        self.request.as_ref().map(|request| request.action)
    }

    /// The decisions that came in time, oldest first. Some may count no more: see [`approvers`](Self::approvers).
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The decisions that came too late and changed nothing.
    #[must_use]
    pub fn late(&self) -> &[Decision] {
        &self.late
    }

    /// The reminders and escalations so far.
    #[must_use]
    pub fn nudges(&self) -> &[Nudge] {
        self.reach.nudged()
    }

    /// What was granted, if something was.
    #[must_use]
    pub fn grant(&self) -> Option<&Claims> {
        self.grant.as_ref()
    }

    /// When it was granted: the grant itself tells whole seconds, within which a vote may have lapsed.
    pub(crate) fn granted_at(&self) -> Option<Timestamp> {
        self.granted_at
    }

    /// When it was started last, if it was.
    #[must_use]
    pub fn started(&self) -> Option<Started> {
        self.started
    }

    /// What people have stated about it: how an unknown outcome was resolved, how an emergency was judged.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The messages that show its card, in all channels.
    #[must_use]
    pub fn posts(&self) -> &[Post] {
        &self.channels.posts
    }

    /// How far it has come to people.
    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// What has happened to it in channels.
    pub(crate) fn challenges(&self) -> &Challenges {
        &self.challenges
    }

    pub(crate) fn channels(&self) -> &InChannels {
        &self.channels
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.phase {
            Phase::Ended(outcome) => Some(outcome),
            Phase::Absent | Phase::Allowed | Phase::Pending | Phase::Granted | Phase::Started => {
                None
            }
        }
    }

    /// The time to judge by: never before the last event, so that a clock that steps back reopens nothing.
    #[must_use]
    pub fn time(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_at)
    }

    /// The decisions that are approvals which count at `now`: they still live, and whoever gave them has not
    /// rejected since.
    pub fn approvers(&self, now: Timestamp) -> impl Iterator<Item = &Decision> {
        let lives = self.votes_live();
        self.decisions.iter().filter(move |decision| {
            decision.choice == Choice::Approve
                && now < decision.at.after(lives)
                && !self.has_rejected(Vote::of(decision))
        })
    }

    /// Whether the approvals that count at `now` fill every seat.
    #[must_use]
    pub fn is_agreed(&self, now: Timestamp) -> bool {
        let votes: Vec<_> = self.votes().collect();
        self.question().is_some_and(|question| question.is_agreed(&votes, now))
    }

    /// Whether enough people have rejected it.
    pub(super) fn is_vetoed(&self) -> bool {
        let votes: Vec<_> = self.votes().collect();
        self.question().is_some_and(|question| question.is_vetoed(&votes))
    }

    pub(crate) fn question(&self) -> Option<Question<'_>> {
        let asked = self.request.as_ref()?.question()?;
        Some(Question { opened: self.reach.opened(), ..asked })
    }

    fn votes(&self) -> impl Iterator<Item = Vote<'_>> {
        self.decisions.iter().map(Vote::of)
    }

    fn votes_live(&self) -> std::time::Duration {
        let obligations = self.request.as_ref().and_then(Request::obligations);
        obligations.map(Obligations::vote_lives).unwrap_or_default()
    }

    fn of_same_person<'a>(&'a self, vote: Vote<'a>) -> Vec<Vote<'a>> {
        of_same_person(&self.votes().collect::<Vec<_>>(), vote)
    }

    fn has_rejected(&self, vote: Vote<'_>) -> bool {
        self.of_same_person(vote).iter().any(|earlier| earlier.choice == Choice::Reject)
    }

    /// Whether this person has said the same already, or has rejected, which is final. An approval that
    /// lives no more may be given again.
    pub(crate) fn has_voted(&self, vote: &Vote<'_>) -> bool {
        let lives = self.votes_live();
        self.of_same_person(*vote).iter().any(|earlier| match earlier.choice {
            Choice::Reject => true,
            Choice::Approve => vote.choice == Choice::Approve && vote.at < earlier.at.after(lives),
        })
    }

    /// Whether what became of it is unknown.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Started | Phase::Ended(Outcome::Executed(Execution::Dropped)))
    }

    /// From when on it may be started again, if its action says that it may and it was started before.
    #[must_use]
    pub fn restart_at(&self) -> Option<Timestamp> {
        let silence = self.request.as_ref()?.retry_after_ms?;
        let started = self.started.filter(|_started| self.is_in_doubt())?;
        Some(started.at.after(std::time::Duration::from_millis(silence)))
    }

    /// Until when what was done in an emergency is to be looked at, and whether somebody has.
    #[must_use]
    pub fn review_due(&self) -> Option<(Timestamp, bool)> {
        let terms = self.request.as_ref()?.ruling.break_glass.as_ref()?;
        let done = self.statements.iter().any(|one| matches!(one.says, Says::Review { .. }));
        Some((self.started?.at.after(terms.review_within), done))
    }

    /// The next reminder or escalation that has not been given, with the time when it is due.
    #[must_use]
    pub fn next_nudge(&self) -> Option<(Timestamp, Nudge)> {
        let request = self.request.as_ref().filter(|_pending| self.phase == Phase::Pending)?;
        self.reach.next(request.obligations()?, request.asked_at)
    }

    /// What ends it, if its time is over at `now`.
    pub(crate) fn overdue(&self, now: Timestamp) -> Option<Cause> {
        let now = self.time(now);
        self.due().filter(|deadline| now >= *deadline).map(|_passed| Cause::Expired)
    }

    /// When its time is over, if nothing else happens: to decide it, or to use its grant.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Allowed | Phase::Pending => self.request().map(|request| request.approve_by),
            Phase::Granted => self.grant().map(Claims::expires_at),
            Phase::Absent | Phase::Started | Phase::Ended(_) => None,
        }
    }

    /// The phase of a request that was just asked for.
    pub(super) fn first_phase(request: &Request) -> Phase {
        match request.ruling.verdict {
            Verdict::Allow => Phase::Allowed,
            Verdict::Review(_) if request.standing.is_some() => Phase::Allowed,
            Verdict::Deny(_) | Verdict::Review(_) => Phase::Pending,
        }
    }

    /// Whether it set denials aside.
    pub(crate) fn is_emergency(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.ruling.break_glass.is_some())
    }

    /// The id, once there is a request.
    pub(crate) fn id(&self) -> Option<RequestId> {
        self.request.as_ref().map(|request| request.id)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
