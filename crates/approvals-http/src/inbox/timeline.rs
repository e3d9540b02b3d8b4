//! What has happened to a request, event by event.

use approvals_core::{
    Assurance, Cause, Decision, Event, Execution, Nudge, PostStage, Resolution, Says, What, visible,
};

use super::view::Moment;
use super::why::verb;
use super::words::{Mark, count, said};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// When.
    pub(crate) at: Moment,
    /// The kind of mark beside it.
    pub(crate) mark: Mark,
    /// What happened.
    pub(crate) what: String,
    /// How that is known, or what follows from it.
    pub(crate) note: Option<String>,
    /// What a person said.
    pub(crate) said: Option<String>,
    /// What a machine said, in its exact form.
    pub(crate) exact: Option<String>,
}

/// What an event says, before it has its time.
struct Told {
    mark: Mark,
    what: String,
    note: Option<String>,
    said: Option<String>,
    exact: Option<String>,
}

impl Told {
    fn new(mark: Mark, what: impl Into<String>) -> Self {
        Self { mark, what: what.into(), note: None, said: None, exact: None }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    fn said(self, words: Option<&str>) -> Self {
        Self { said: words.filter(|words| !words.is_empty()).map(said), ..self }
    }

    fn told(self, words: &str) -> Self {
        Self { exact: Some(visible::text(words)), ..self }
    }
}

/// What these events say, the oldest first. What only channels need to know is left out.
pub(crate) fn steps(events: &[Event]) -> Vec<Step> {
    let step = |event: &Event| {
        let Told { mark, what, note, said, exact } = of(&event.what)?;
        Some(Step { at: event.at.into(), mark, what, note, said, exact })
    };
    events.iter().filter_map(step).collect()
}

fn of(what: &What) -> Option<Told> {
    let told = match what {
        What::Requested { request, .. } => {
            let by = request.requester.principal().id();
            let owners: Vec<_> =
                request.requester.chain().iter().map(|owner| owner.id().to_string()).collect();
            let told = Told::new(Mark::Open, format!("Asked by {by}"));
            if owners.is_empty() {
                told
            } else {
                told.note(format!("on behalf of {}", owners.join(", then ")))
            }
        }
        What::Presented { channel, .. } => {
            Told::new(Mark::Note, "Put before people").note(format!("in {channel}"))
        }
        What::Undelivered { channel, error } => {
            Told::new(Mark::Doubt, "Could not be put before people")
                .note(format!("in {channel}"))
                .told(error)
        }
        What::Nudged { nudge } => nudged(nudge),
        What::Decided { envelope } => decided(envelope.unverified().ok().as_ref(), false),
        What::Late { envelope } => decided(envelope.unverified().ok().as_ref(), true),
        What::Granted { .. } => Told::new(Mark::Yes, "Approved by enough people")
            .note("a grant was signed, to be used once"),
        What::Started { fence: 1, .. } => Told::new(Mark::Note, "Started")
            .note("the grant is used up; policy and reviewers were checked again"),
        What::Started { fence, .. } => {
            Told::new(Mark::Note, format!("Started again, for time {fence}"))
        }
        What::Finished { execution, .. } => finished(*execution),
        What::Closed { cause } => closed(cause),
        What::Stated { envelope } => stated(envelope.unverified().ok().as_ref())?,
        What::Dismissed { reason, .. } => {
            Told::new(Mark::Note, "A press of a button did not count").told(reason)
        }
        What::StandingIssued { terms, .. } => {
            let uses = usize::try_from(terms.uses).unwrap_or(usize::MAX);
            Told::new(Mark::Yes, "A standing grant was issued").note(count(uses, "use", "uses"))
        }
        What::StandingUsed { standing, .. } => Told::new(Mark::Yes, "Answered by a standing grant")
            .note(format!("issued by request {standing}")),
        What::Lifted { .. } => Told::new(Mark::Note, "A stop was lifted by this"),
        What::PolicyLoaded { .. } => Told::new(Mark::Note, "Another policy rules because of this"),
        What::Post { stage, channel, .. } => posted(stage, channel)?,
        What::KeyAdded { .. }
        | What::Routed { .. }
        | What::Pressed { .. }
        | What::Challenged { .. } => return None,
    };
    Some(told)
}

fn nudged(nudge: &Nudge) -> Told {
    match nudge {
        Nudge::Reminder { .. } => Told::new(Mark::Note, "Reminded those who were asked"),
        Nudge::Escalation { group, .. } => {
            Told::new(Mark::Note, format!("Escalated: members of {group} may decide as well"))
        }
        Nudge::Channel { channel, .. } => {
            Told::new(Mark::Note, format!("Shown in {channel} as well"))
        }
        Nudge::Fallback { channel, .. } => {
            Told::new(Mark::Note, format!("Shown in {channel} as well"))
                .note("no other channel could show it")
        }
    }
}

fn decided(decision: Option<&Decision>, is_late: bool) -> Told {
    let Some(decision) = decision else {
        return Told::new(Mark::Doubt, "A decision that cannot be read");
    };
    let verb = verb(decision.choice);
    let by = decision.reviewer.id();
    let what = if is_late {
        format!("{by} {verb} it too late, which changed nothing")
    } else {
        format!("{} by {by}", capital(verb))
    };
    let mark = match (is_late, decision.choice) {
        (true, _) => Mark::Over,
        (false, approvals_core::Choice::Approve) => Mark::Yes,
        (false, approvals_core::Choice::Reject) => Mark::No,
    };
    let mut note = match decision.assurance {
        Assurance::ReviewerKey => "signed with the reviewer's own key".to_owned(),
        Assurance::ChannelAttested | _ => {
            format!("attested by {}, not signed by the reviewer", decision.identity.channel())
        }
    };
    if let Some(lender) = &decision.delegator {
        note = format!("{note}, in place of {}", lender.id());
    }
    Told::new(mark, what).note(note).said(decision.reason.as_deref())
}

fn finished(execution: Execution) -> Told {
    match execution {
        Execution::Succeeded => Told::new(Mark::Yes, "Carried out"),
        Execution::Failed => Told::new(Mark::No, "Ran, and failed"),
        Execution::Panicked => Told::new(Mark::No, "Ran, and panicked"),
        Execution::Dropped => {
            Told::new(Mark::Doubt, "Interrupted").note("what it did until then is unknown")
        }
        Execution::Changed => {
            Told::new(Mark::No, "Did not run").note("its arguments were no longer those approved")
        }
        Execution::NotRun => Told::new(Mark::Over, "Did not run").note("whoever asked had gone"),
    }
}

fn closed(cause: &Cause) -> Told {
    match cause {
        Cause::Denied { reason } => Told::new(Mark::No, "Denied by the policy").said(Some(reason)),
        Cause::Rejected { by } => {
            Told::new(Mark::No, "Rejected").note(format!("the last word was that of {by}"))
        }
        Cause::Expired => Told::new(Mark::Over, "Expired")
            .note("nobody decided, or nobody used the grant, in time"),
        Cause::Withdrawn => Told::new(Mark::Over, "Withdrawn by whoever asked"),
        Cause::Revoked { by: Some(by), reason } => {
            Told::new(Mark::No, format!("Revoked by {by}")).said(Some(reason))
        }
        Cause::Revoked { by: None, reason } => {
            Told::new(Mark::No, "Holds no longer").said(Some(reason))
        }
        Cause::Undeliverable => Told::new(Mark::Over, "Could not be put before anybody"),
        Cause::Unsatisfiable { reason } => {
            Told::new(Mark::Over, "Too few people could approve it").said(Some(reason))
        }
        Cause::Stopped { reason, .. } => Told::new(Mark::No, "Stopped").said(Some(reason)),
    }
}

fn stated(statement: Option<&approvals_core::Statement>) -> Option<Told> {
    let Some(statement) = statement else {
        return Some(Told::new(Mark::Doubt, "A statement that cannot be read"));
    };
    let by = statement.person.id();
    let told = match &statement.says {
        Says::Resolve { resolution: Resolution::Done, .. } => {
            Told::new(Mark::Yes, format!("{by} has looked: it was carried out"))
        }
        Says::Resolve { resolution: Resolution::NotDone, .. } => Told::new(
            Mark::No,
            format!("{by} has looked: it was not carried out, or has been undone"),
        ),
        Says::Review { justified: true, .. } => {
            Told::new(Mark::Yes, format!("{by} has judged the emergency: it was justified"))
        }
        Says::Review { justified: false, .. } => {
            Told::new(Mark::No, format!("{by} has judged the emergency: it was not justified"))
        }
        Says::Explain { .. } => Told::new(Mark::Note, format!("{by} has said why")),
        Says::Retire { .. } => Told::new(Mark::No, format!("{by} has retired the standing grant")),
        Says::Stop { .. }
        | Says::Delegate { .. }
        | Says::Undelegate
        | Says::Invite { .. }
        | Says::Enrol { .. }
        | Says::RetireKey { .. } => return None,
    };
    Some(told.said(Some(&statement.reason)))
}

fn posted(stage: &PostStage, channel: &str) -> Option<Told> {
    match stage {
        PostStage::Unsure { error } => Some(
            Told::new(Mark::Doubt, "May not have been shown")
                .note(format!("in {channel}"))
                .told(error),
        ),
        PostStage::Lost { error } => Some(
            Told::new(Mark::Doubt, "A message was lost").note(format!("in {channel}")).told(error),
        ),
        PostStage::Sending | PostStage::Sent { .. } | PostStage::Shown | PostStage::Closed => None,
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
