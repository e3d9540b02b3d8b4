//! Why a request was rejected: said with the decision, or afterwards.

use super::state::State;
use crate::action::principal::Principal;
use crate::review::decision::{Choice, Decision};
use crate::review::quorum::Vote;
use crate::review::statement::{Says, Statement};

impl State {
    /// Why whoever decided last has rejected it, if they said so.
    pub(crate) fn why_rejected(&self) -> Option<&str> {
        let last = self.decisions().last().filter(|last| last.choice == Choice::Reject)?;
        last.reason.as_deref().or_else(|| self.explanation(last))
    }

    /// What a reviewer has said of their rejection afterwards.
    #[must_use]
    pub fn explanation(&self, rejection: &Decision) -> Option<&str> {
        let explains = |said: &&Statement| {
            matches!(said.says, Says::Explain { .. })
                && rejection.reviewer.is_same_person(&said.person)
        };
        self.statements().iter().find(explains).map(|said| said.reason.as_str())
    }

    /// How somebody has rejected it, if they have.
    pub(super) fn rejection_by(&self, person: &Principal) -> Option<&Decision> {
        let is_theirs = |one: &&Decision| {
            one.choice == Choice::Reject
                && Vote::of(one).people().any(|by| by.is_same_person(person))
        };
        self.decisions().iter().find(is_theirs)
    }

    /// Whether somebody has said why they rejected it.
    pub(super) fn is_explained(&self, rejection: &Decision) -> bool {
        rejection.reason.is_some() || self.explanation(rejection).is_some()
    }
}
