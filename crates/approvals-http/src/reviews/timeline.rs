//! What has happened to a request, step by step.

use approvals_core::{Entry, Event, Says, What};
use serde::Serialize;
use utoipa::ToSchema;

use crate::phase::{Ended, sentence};
use crate::requests::view::Chosen;
use approvals_core::Outcome;

/// The most steps that are told, from the last one back.
const MOST: usize = 200;

/// One step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Its place in the log.
    index: u64,
    /// When, by the clock of whoever wrote it.
    #[schema(format = "date-time")]
    at: String,
    /// What.
    what: Kind,
    /// Who, if it was a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    /// What they chose, if they decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Chosen>,
    /// How it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Ended>,
    /// More about it: a reason, in people's words, or the name of a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What can happen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Asked,
    Shown,
    NotShown,
    Nudged,
    Decided,
    DecidedTooLate,
    Granted,
    Started,
    Finished,
    Closed,
    Stated,
}

/// The steps that these entries tell.
pub(crate) fn steps(entries: &[Entry]) -> Vec<Step> {
    let mut steps: Vec<_> = entries.iter().filter_map(step).collect();
    let over = steps.len().saturating_sub(MOST);
    steps.drain(..over);
    steps
}

fn step(entry: &Entry) -> Option<Step> {
    let event = Event::parse(&entry.bytes).ok()?;
    let at = event.at.to_string();
    let plain = |what| Step {
        index: entry.index,
        at,
        what,
        by: None,
        choice: None,
        outcome: None,
        detail: None,
    };
    let step = match event.what {
        What::Requested { .. } => plain(Kind::Asked),
        What::Presented { channel, .. } => Step { detail: Some(channel), ..plain(Kind::Shown) },
        What::Undelivered { channel, .. } => {
            Step { detail: Some(channel), ..plain(Kind::NotShown) }
        }
        What::Nudged { .. } => plain(Kind::Nudged),
        What::Decided { envelope } => decided(plain(Kind::Decided), &envelope)?,
        What::Late { envelope } => decided(plain(Kind::DecidedTooLate), &envelope)?,
        What::Granted { .. } => plain(Kind::Granted),
        What::Started { .. } => plain(Kind::Started),
        What::Finished { execution, .. } => {
            ended(plain(Kind::Finished), &Outcome::Executed(execution))
        }
        What::Closed { cause } => ended(plain(Kind::Closed), &Outcome::Closed(cause)),
        What::Stated { envelope } => {
            let statement = envelope.unverified().ok()?;
            let outcome = match statement.says {
                Says::Resolve { resolution, .. } => Some(Ended::resolved(resolution)),
                Says::Explain { .. }
                | Says::Review { .. }
                | Says::Stop { .. }
                | Says::Delegate { .. }
                | Says::Undelegate
                | Says::Retire { .. }
                | Says::Invite { .. }
                | Says::Enrol { .. }
                | Says::RetireKey { .. } => None,
            };
            Step { by: Some(statement.person.id().to_string()), outcome, ..plain(Kind::Stated) }
        }
        What::KeyAdded { .. }
        | What::PolicyLoaded { .. }
        | What::Lifted { .. }
        | What::StandingIssued { .. }
        | What::StandingUsed { .. }
        | What::Routed { .. }
        | What::Post { .. }
        | What::Pressed { .. }
        | What::Dismissed { .. }
        | What::Challenged { .. } => return None,
    };
    Some(step)
}

fn decided(step: Step, envelope: &approvals_core::Envelope) -> Option<Step> {
    let decision = envelope.unverified().ok()?;
    let by = Some(decision.reviewer.id().to_string());
    Some(Step { by, choice: Some(decision.choice.into()), detail: decision.reason, ..step })
}

fn ended(step: Step, outcome: &Outcome) -> Step {
    Step { outcome: Some(Ended::of(outcome)), detail: Some(sentence(outcome)), ..step }
}
