//! Acts on the approvals themselves: they are actions, judged, asked about and recorded like any other.

use serde_json::{Map, Value};

use super::control::Control;
use super::event::{Execution, What};
use super::state::{Outcome, Phase, State};
use crate::action::action::Action;
use crate::action::clock::Timestamp;
use crate::action::describe_error::DescribeError;
use crate::action::description::Description;
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{PrincipalId, RequestId};
use crate::action::principal::{Principal, Requester};
use crate::review::standing::StandingTerms;
use crate::review::statement::Stop;

/// Replacing the policy, lifting a stop, issuing a standing grant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwnAct {
    name: &'static str,
    arguments: Map<String, Value>,
    reason: Option<String>,
    /// Whom it is for: they do not decide about it, whoever asks.
    for_whom: Vec<PrincipalId>,
}

impl OwnAct {
    /// One policy replaces another; whether people must agree to the next replacement as well is part of it.
    pub(crate) fn replace_policy(from: Option<Digest>, to: Digest, guarded: bool) -> Self {
        let arguments = [
            ("from".to_owned(), Value::from(from.map(|from| from.to_string()))),
            ("guarded".to_owned(), guarded.into()),
            ("to".to_owned(), to.to_string().into()),
        ];
        Self {
            name: "approvals.policy",
            arguments: arguments.into_iter().collect(),
            reason: None,
            for_whom: Vec::new(),
        }
    }

    /// A stop ends: this one, with what it stops and why it was made.
    pub(crate) fn lift(stop: Digest, scope: &Stop, because: &str) -> Self {
        let arguments = [
            ("stop".to_owned(), Value::from(stop.to_string())),
            ("stopped".to_owned(), scope.to_string().into()),
            ("stopped_because".to_owned(), because.into()),
        ];
        let for_whom = match scope {
            Stop::Principal(id) => vec![id.clone()],
            Stop::Everything | Stop::Action(_) => Vec::new(),
        };
        let arguments = arguments.into_iter().collect();
        Self { name: "approvals.lift", arguments, reason: None, for_whom }
    }

    /// The act that lifts the stop of this id, if there is one.
    pub(crate) fn lift_of(stop: Digest, control: &Control) -> Option<Self> {
        let (_, scope, said) = control.stops().find(|(id, ..)| *id == stop)?;
        Some(Self::lift(stop, scope, &said.reason))
    }

    /// Someone stops something. Only ever judged, since a stop takes effect at once.
    pub(crate) fn stop(scope: &str) -> Self {
        let arguments = std::iter::once(("scope".to_owned(), scope.into())).collect();
        Self { name: "approvals.stop", arguments, reason: None, for_whom: Vec::new() }
    }

    /// Calls of a kind need no further approval.
    pub(crate) fn standing(terms: &StandingTerms) -> Self {
        let for_whom = std::iter::once(&terms.requester).chain(&terms.on_behalf_of);
        let for_whom = for_whom.cloned().collect();
        let mut arguments = match serde_json::to_value(terms) {
            Ok(Value::Object(terms)) => terms,
            Ok(_) | Err(_) => Map::new(),
        };
        // People read it on a card.
        arguments.insert("until".to_owned(), terms.until.to_string().into());
        Self { name: "approvals.standing", arguments, reason: None, for_whom }
    }

    /// `person`, who wants it, on behalf of those whom it is for, so that none of them decides about it.
    pub(crate) fn requester(&self, person: Principal) -> Requester {
        let for_whom = self.for_whom.iter().filter(|id| *id != person.id());
        let for_whom: Vec<_> =
            for_whom.filter_map(|id| Principal::human(id.as_str()).ok()).collect();
        for_whom.into_iter().fold(Requester::new(person), Requester::on_behalf_of)
    }

    /// The same, with the reason that whoever wants it gives.
    pub(crate) fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// The request under which an event of the log came about, the act that it must have been made for, and
    /// whether that takes people's consent; none for events that anybody may bring about.
    pub(crate) fn behind(what: &What, before: &Control) -> Option<(RequestId, Self, bool)> {
        match what {
            What::PolicyLoaded { policy, replaces, request, guarded } => {
                let act = Self::replace_policy(*replaces, *policy, *guarded);
                let guarded = before.policy().is_some_and(|before| before.guarded);
                request.map(|request| (request, act, guarded))
            }
            What::Lifted { stop, request } => Some((*request, Self::lift_of(*stop, before)?, true)),
            What::StandingIssued { request, terms } => {
                Some((*request, Self::standing(terms), true))
            }
            What::KeyAdded { .. }
            | What::Stated { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Pressed { .. }
            | What::Dismissed { .. }
            | What::Challenged { .. }
            | What::Nudged { .. }
            | What::Decided { .. }
            | What::Late { .. }
            | What::Granted { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => None,
        }
    }

    /// Whether what takes effect at `at` is what a request was made for whose body ran then, and that people have
    /// agreed to, where it takes that. An event that was under way when the body ended is dated before that.
    pub(crate) fn is_carried_out(
        &self,
        state: &State,
        document: &Document,
        by_people: bool,
        at: Timestamp,
    ) -> bool {
        let is_over = match state.phase() {
            Phase::Started => false,
            Phase::Ended(Outcome::Executed(Execution::Changed | Execution::NotRun)) => {
                return false;
            }
            Phase::Ended(Outcome::Executed(_) | Outcome::Resolved(_)) => at > state.last_at(),
            Phase::Absent
            | Phase::Allowed
            | Phase::Pending
            | Phase::Granted
            | Phase::Ended(Outcome::Closed(_)) => return false,
        };
        state.started().is_some_and(|started| at >= started.at)
            && !is_over
            && (!by_people || state.grant().is_some())
            && self.is(document)
    }

    /// Whether this is what `document` describes.
    fn is(&self, document: &Document) -> bool {
        document.action.as_str() == self.name
            && document.arguments == self.arguments
            && self
                .for_whom
                .iter()
                .all(|id| *id == document.requester || document.on_behalf_of.contains(id))
            && document.redacted.is_empty()
            && document.unbound.is_empty()
    }
}

impl Action for OwnAct {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.own_act(self.name)?;
        if let Some(reason) = &self.reason {
            call.reason(format_args!("{reason}"))?;
        }
        self.arguments.iter().try_for_each(|(name, value)| call.bind(name, value))
    }
}

#[cfg(test)]
#[path = "own_act_tests.rs"]
mod tests;
