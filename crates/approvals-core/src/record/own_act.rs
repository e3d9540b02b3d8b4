//! Acts on the approvals themselves: they are actions, judged, asked about and recorded like any other.

use serde_json::{Map, Value};

use super::control::Control;
use super::event::What;
use crate::action::action::Action;
use crate::action::digest::Digest;
use crate::action::document::{DescribeError, Description, Document};
use crate::action::id::RequestId;
use crate::review::standing::StandingTerms;

/// Replacing the policy, lifting a stop, issuing a standing grant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OwnAct {
    name: &'static str,
    arguments: Map<String, Value>,
    reason: Option<String>,
}

impl OwnAct {
    /// One policy replaces another.
    pub(crate) fn replace_policy(from: Option<Digest>, to: Digest) -> Self {
        let from = from.map(|from| from.to_string());
        let arguments =
            [("from".to_owned(), Value::from(from)), ("to".to_owned(), to.to_string().into())];
        Self { name: "approvals.policy", arguments: arguments.into_iter().collect(), reason: None }
    }

    /// A stop ends.
    pub(crate) fn lift(stop: Digest) -> Self {
        let arguments = std::iter::once(("stop".to_owned(), stop.to_string().into())).collect();
        Self { name: "approvals.lift", arguments, reason: None }
    }

    /// Someone stops something. Only ever judged, since a stop takes effect at once.
    pub(crate) fn stop(scope: &str) -> Self {
        let arguments = std::iter::once(("scope".to_owned(), scope.into())).collect();
        Self { name: "approvals.stop", arguments, reason: None }
    }

    /// Calls of a kind need no further approval.
    pub(crate) fn standing(terms: &StandingTerms) -> Self {
        let terms = serde_json::to_value(terms).unwrap_or_default();
        let arguments = std::iter::once(("terms".to_owned(), terms)).collect();
        Self { name: "approvals.standing", arguments, reason: None }
    }

    /// The same, with the reason that whoever wants it gives.
    pub(crate) fn because(self, reason: &str) -> Self {
        Self { reason: Some(reason.to_owned()), ..self }
    }

    /// The request under which an event of the log came about, the act that it must have been made for, and
    /// whether that takes people's consent; none for events that anybody may bring about.
    pub(crate) fn behind(what: &What, before: &Control) -> Option<(RequestId, Self, bool)> {
        match what {
            What::PolicyLoaded { policy, replaces, request, .. } => {
                let act = Self::replace_policy(*replaces, *policy);
                let guarded = before.policy().is_some_and(|before| before.guarded);
                request.map(|request| (request, act, guarded))
            }
            What::Lifted { stop, request } => Some((*request, Self::lift(*stop), true)),
            What::StandingIssued { request, terms } => {
                Some((*request, Self::standing(terms), true))
            }
            What::KeyAdded { .. }
            | What::Stated { .. }
            | What::StandingUsed { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Nudged { .. }
            | What::Decided { .. }
            | What::Late { .. }
            | What::Granted { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => None,
        }
    }

    /// Whether this is what `document` describes.
    pub(crate) fn is(&self, document: &Document) -> bool {
        document.action.as_str() == self.name
            && document.arguments == self.arguments
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
