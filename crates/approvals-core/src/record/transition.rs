//! The one transition: what a command does to a request, or why it does nothing.

use super::body::Body;
use super::event::{Cause, Execution, What};
use super::nudge::Nudge;
use super::state::{Outcome, Phase, State};
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::policy::policy::{Ruling, Verdict};
use crate::review::decision::{Choice, Decision};
use crate::review::envelope::Envelope;
use crate::review::grant::Grant;
use crate::review::passkey::PasskeyError;
use crate::review::quorum::{Ineligible, Vote};
use crate::review::request::Request;
use crate::review::statement::{Says, Statement};

/// What can be asked of a request.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "commands are few at a time, and short-lived")]
pub(crate) enum Command {
    /// Ask for it.
    Ask { request: Box<Request>, document: Body },
    /// Note that a channel presented the card, or could not.
    Note(What),
    /// Note that people were reminded, or that more of them may decide.
    Nudge(Nudge),
    /// Decide about it.
    Decide { decision: Box<Decision>, envelope: Envelope },
    /// Note a decision that came too late.
    Late { decision: Box<Decision>, envelope: Envelope },
    /// Grant what was agreed.
    Issue(Grant),
    /// Start what the policy allows, or use the grant up.
    Start(Box<Start>),
    /// Say how the body that was started as the `fence`th ended.
    Finish { execution: Execution, fence: u64 },
    /// End it without running.
    Close(Cause),
    /// State something about it.
    State { statement: Box<Statement>, envelope: Envelope<Statement> },
}

/// What is known just before the body runs.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    /// The digest of the action, described again.
    pub(crate) action: Digest,
    /// The digest of the caller's name for this try, if the body runs elsewhere.
    pub(crate) attempt: Option<Digest>,
    /// What the policy says now.
    pub(crate) ruling: Ruling,
    /// The approvals, by people as the directory knows them now; those that are unknown by now are left out.
    pub(crate) approvals: Vec<Decision>,
    /// Whether the standing grant that the request names, if it names one, covers it now.
    pub(crate) stands: bool,
    /// The stop that is in force, if one is.
    pub(crate) stop: Option<Cause>,
}

/// Why a command does nothing.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, DeskError, Refusal};
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
/// # gate.submit(DynamicAction::from_json("app.deploy", b"{}")?.key("release-7")?).await?;
/// # let card = inbox.next().await;
/// let vote = Ballot::approve(&card)?;
/// gate.desk().decide(&account, vote.clone()).await?;
///
/// // Somebody pressed the button twice.
/// let again = gate.desk().decide(&account, vote).await.unwrap_err();
/// assert!(matches!(again, DeskError::Refused(Refusal::Twice)));
/// assert_eq!(again.to_string(), "you have decided about this already");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "each refusal has its own answer: a new one must not be overlooked"
)]
pub enum Refusal {
    /// There is no such request.
    #[error("there is no such request")]
    Unknown,
    /// The channel identity is nobody that the directory knows.
    #[error("`{0}` is not known to the directory, so there is no vote")]
    Unmapped(crate::ChannelIdentity),
    /// This person may not decide it.
    #[error(transparent)]
    Ineligible(#[from] Ineligible),
    /// This person has decided before.
    #[error("you have decided about this already")]
    Twice,
    /// The decision is about another request, card or action.
    #[error(
        "this decision is about something else than what is asked now; look at the request again"
    )]
    OtherDigest,
    /// It is too late.
    #[error("it is too late: the request has expired")]
    TooLate,
    /// It has ended, or the body has started.
    #[error("it is too late: the request is decided")]
    Over,
    /// It is not granted, so it cannot run.
    #[error("it is not granted")]
    NotGranted,
    /// The policy as it is now stops it.
    #[error("the policy stops it now: {0}")]
    PolicyStops(String),
    /// The policy as it is now asks for more.
    #[error("the policy has changed and asks for more than was approved")]
    PolicyAsksMore,
    /// The emergency would set more aside than people were shown.
    #[error("a denial has come up since that nobody was asked to set aside")]
    SetsMoreAside,
    /// The standing grant that it rests on does not cover it (any more).
    #[error("the standing grant that it rests on does not cover it any more")]
    StandsNoMore,
    /// Somebody has stopped it.
    #[error("{0}")]
    Stopped(String),
    /// It was started again since.
    #[error("it was started again since, so this end of it does not count")]
    Fenced,
    /// The approvers as they are now are not enough.
    #[error("the people who approved it may no longer do so")]
    ApproversGone,
    /// Its body was never about to run, so there is nothing to look into.
    #[error("it has not started, so there is nothing to resolve or to review")]
    NotStarted,
    /// What became of it is known, or somebody has said so.
    #[error("what became of it is known already")]
    OutcomeKnown,
    /// It set no denial aside.
    #[error("it was no emergency, so there is nothing to review")]
    NoEmergency,
    /// Somebody has judged it before.
    #[error("it is reviewed already")]
    ReviewedAlready,
    /// No standing grant has this id.
    #[error("no standing grant has this id")]
    NoStanding,
    /// Somebody has retired the standing grant before.
    #[error("it is retired already")]
    RetiredAlready,
    /// What was signed is no challenge that still counts for this.
    #[error("what you signed does not stand for this, or was signed too late; decide once more")]
    NotChallenged,
    /// The signature is none by a key of theirs.
    #[error("that is not signed with a key of yours that counts here: {0}")]
    NotSigned(#[source] PasskeyError),
    /// The account has no key that counts.
    #[error("you have enrolled no such key; ask for an invitation to enrol one")]
    NoKey,
    /// The invitation is used, over, or another log's.
    #[error("this invitation is not open: it has been used, or is over; ask for another one")]
    NotInvited,
}

/// The events that `command` brings about at `now`, or why there are none.
pub(crate) fn transition(
    state: &State,
    command: Command,
    now: Timestamp,
) -> Result<Vec<What>, Refusal> {
    let now = state.time(now);
    match (state.phase(), command) {
        (Phase::Absent, Command::Ask { request, document }) => Ok(ask(*request, document)),
        (Phase::Absent, _) => Err(Refusal::Unknown),
        (_any, Command::Note(what)) if state.takes(&what, now) => Ok(vec![what]),
        (Phase::Pending, Command::Nudge(nudge)) => self::nudge(state, nudge, now),
        (_any, Command::Late { decision, envelope }) if state.is_late(&decision, now) => {
            Ok(vec![What::Late { envelope }])
        }
        (Phase::Pending | Phase::Granted, Command::Decide { decision, envelope }) => {
            decide(state, &decision, envelope, now)
        }
        (Phase::Pending, Command::Issue(grant)) if state.is_agreed(now) => {
            Ok(vec![What::Granted { grant }])
        }
        (
            Phase::Allowed | Phase::Granted | Phase::Started | Phase::Ended(_),
            Command::Start(start),
        ) => self::start(state, *start, now),
        (
            Phase::Started | Phase::Ended(Outcome::Resolved(_)),
            Command::Finish { execution, fence },
        ) => finish(state, execution, fence),
        (Phase::Allowed | Phase::Pending | Phase::Granted, Command::Close(cause)) => {
            Ok(vec![What::Closed { cause }])
        }
        (_any, Command::State { statement, envelope })
            if matches!(statement.says, Says::Explain { .. }) =>
        {
            let rejection = state.rejection_by(&statement.person).ok_or(Ineligible::NotAsked)?;
            if state.is_explained(rejection) {
                return Err(Refusal::Twice);
            }
            Ok(vec![What::Stated { envelope }])
        }
        (Phase::Started | Phase::Ended(_), Command::State { statement, envelope }) => {
            self::state(state, &statement, envelope)
        }
        (_not_started, Command::State { .. }) => Err(Refusal::NotStarted),
        (Phase::Pending, Command::Issue(_) | Command::Start(_)) => Err(Refusal::NotGranted),
        _over => Err(Refusal::Over),
    }
}

fn ask(request: Request, document: Body) -> Vec<What> {
    let denied = Cause::of(&request.ruling.verdict).map(|cause| What::Closed { cause });
    [What::Requested { request, document }].into_iter().chain(denied).collect()
}

fn nudge(state: &State, nudge: Nudge, now: Timestamp) -> Result<Vec<What>, Refusal> {
    match state.next_nudge() {
        Some((due, next)) if next == nudge && now >= due => Ok(vec![What::Nudged { nudge }]),
        _other => Err(Refusal::Over),
    }
}

fn decide(
    state: &State,
    decision: &Decision,
    envelope: Envelope,
    now: Timestamp,
) -> Result<Vec<What>, Refusal> {
    let request = state.request().ok_or(Refusal::Unknown)?;
    let question = state.question().ok_or(Refusal::Over)?;
    if decision.request != request.id
        || decision.action != request.action
        || state.request_digest() != Some(decision.request_digest)
    {
        return Err(Refusal::OtherDigest);
    }
    let vote = Vote::of(decision);
    question.admits(&vote)?;
    if state.overdue(now).is_some() {
        return Err(Refusal::TooLate);
    }
    if state.has_voted(&vote) {
        return Err(Refusal::Twice);
    }
    if !state.challenges().cover(decision) {
        return Err(Refusal::NotChallenged);
    }
    let decided = What::Decided { envelope };
    let by = decision.reviewer.id().clone();
    match (decision.choice, state.phase()) {
        (Choice::Approve, Phase::Pending) => Ok(vec![decided]),
        (Choice::Approve, _granted) => Err(Refusal::Over),
        (Choice::Reject, Phase::Granted) => {
            let reason = decision.reason.clone().unwrap_or_else(|| format!("{by} took it back"));
            Ok(vec![decided, What::Closed { cause: Cause::Revoked { by: Some(by), reason } }])
        }
        (Choice::Reject, _pending) => {
            let votes = state.decisions().iter().map(Vote::of).chain([vote]);
            let vetoed = question.is_vetoed(&votes.collect::<Vec<_>>());
            let closed = vetoed.then_some(What::Closed { cause: Cause::Rejected { by } });
            Ok(std::iter::once(decided).chain(closed).collect())
        }
    }
}

fn start(state: &State, start: Start, now: Timestamp) -> Result<Vec<What>, Refusal> {
    let request = state.request().ok_or(Refusal::Unknown)?;
    if request.action != start.action {
        return Err(Refusal::OtherDigest);
    }
    let is_first = matches!(state.phase(), Phase::Allowed | Phase::Granted);
    let may_again = state.restart_at().is_some_and(|from| now >= from);
    if !is_first && !may_again || state.was_started_as(start.attempt) {
        return Err(Refusal::Over);
    }
    if let Some(stop) = start.stop {
        return Err(Refusal::Stopped(stop.to_string()));
    }
    if state.overdue(now).is_some() {
        return Err(Refusal::TooLate);
    }
    let shown = request.ruling.break_glass.as_ref();
    let set_aside = start.ruling.break_glass.as_ref();
    if set_aside.is_some_and(|now| !shown.is_some_and(|shown| now.is_within(shown))) {
        return Err(Refusal::SetsMoreAside);
    }
    let by_people = state.grant().is_some() || request.standing.is_some();
    match (&start.ruling.verdict, request.obligations()) {
        (Verdict::Deny(reason), _) => return Err(Refusal::PolicyStops(reason.clone())),
        (Verdict::Review(_), None) => return Err(Refusal::PolicyAsksMore),
        (Verdict::Review(asked), Some(satisfied)) if !asked.are_among(satisfied) => {
            return Err(Refusal::PolicyAsksMore);
        }
        (Verdict::Allow | Verdict::Review(_), Some(_)) if !by_people => {
            return Err(Refusal::NotGranted);
        }
        (Verdict::Allow, None) | (Verdict::Allow | Verdict::Review(_), Some(_)) => {}
    }
    if request.standing.is_some() && !start.stands {
        return Err(Refusal::StandsNoMore);
    }
    if let Some((grant, granted_at)) = state.grant().zip(state.granted_at()) {
        if now >= grant.expires_at() {
            return Err(Refusal::TooLate);
        }
        let votes: Vec<_> = start.approvals.iter().map(Vote::of).collect();
        if !state.question().is_some_and(|question| question.is_agreed(&votes, granted_at)) {
            return Err(Refusal::ApproversGone);
        }
    }
    let fence = state.started().map_or(0, |started| started.fence).saturating_add(1);
    let Start { action, attempt, ruling: Ruling { facts, policy, .. }, .. } = start;
    Ok(vec![What::Started { action, attempt, facts, fence, policy }])
}

fn finish(state: &State, execution: Execution, fence: u64) -> Result<Vec<What>, Refusal> {
    if !state.awaits(execution) {
        return Err(Refusal::Over);
    }
    match state.started() {
        Some(started) if started.fence == fence => Ok(vec![What::Finished { execution, fence }]),
        _other => Err(Refusal::Fenced),
    }
}

fn state(
    state: &State,
    statement: &Statement,
    envelope: Envelope<Statement>,
) -> Result<Vec<What>, Refusal> {
    match &statement.says {
        Says::Resolve { .. } => {
            state.may_resolve(&statement.person)?;
            if !state.is_in_doubt() {
                return Err(Refusal::OutcomeKnown);
            }
        }
        Says::Review { .. } if !state.is_emergency() => return Err(Refusal::NoEmergency),
        Says::Review { .. } => {
            state.may_review(&statement.person)?;
            let (_due, is_reviewed) = state.review_due().ok_or(Refusal::NotStarted)?;
            if is_reviewed {
                return Err(Refusal::ReviewedAlready);
            }
        }
        Says::Stop { .. }
        | Says::Delegate { .. }
        | Says::Undelegate
        | Says::Retire { .. }
        | Says::Invite { .. }
        | Says::Enrol { .. }
        | Says::RetireKey { .. }
        | Says::Explain { .. } => {
            return Err(Refusal::Over);
        }
    }
    Ok(vec![What::Stated { envelope }])
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "a test that overflows or overlooks fails"
)]
#[path = "transition_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "transition_rules_tests.rs"]
mod rules;
