//! Who may say something about a request afterwards.

use super::state::State;
use crate::action::principal::Principal;
use crate::review::quorum::{Ineligible, Vote};

impl State {
    /// Whether `person` may say what became of it: nobody who asked, and where people decided, one of those
    /// who were asked.
    pub(crate) fn may_resolve(&self, person: &Principal) -> Result<(), Ineligible> {
        let request = self.request.as_ref().ok_or(Ineligible::NotAsked)?;
        is_apart(person, request.requester.everybody())?;
        let is_asked = self.question().is_none_or(|question| question.asks(person));
        if is_asked { Ok(()) } else { Err(Ineligible::NotAsked) }
    }

    /// Whether `person` may judge an emergency afterwards: one of the group that is named for it, who neither
    /// asked nor approved.
    pub(crate) fn may_review(&self, person: &Principal) -> Result<(), Ineligible> {
        let request = self.request.as_ref().ok_or(Ineligible::NotAsked)?;
        let approved = self.decisions.iter().flat_map(|one| Vote::of(one).people());
        is_apart(person, request.requester.everybody().chain(approved))?;
        let group = request.ruling.break_glass.as_ref().map(|terms| &terms.review_by);
        let is_asked = group.is_some_and(|group| person.is_in(group));
        if is_asked { Ok(()) } else { Err(Ineligible::NotAsked) }
    }
}

/// Whether `person` is human, and none of those who took part.
fn is_apart<'a>(
    person: &Principal,
    mut took_part: impl Iterator<Item = &'a Principal>,
) -> Result<(), Ineligible> {
    if !person.is_human() {
        Err(Ineligible::NotHuman)
    } else if took_part.any(|one| one.is_same_person(person)) {
        Err(Ineligible::TookPart)
    } else {
        Ok(())
    }
}
