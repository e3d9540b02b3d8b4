//! What is said, as Slack shows it.

pub(crate) use std::collections::BTreeMap;

use approvals_chat::Sheet;
pub(crate) use approvals_chat::{Fate, View};
use approvals_core::{Card, Group, State};

use super::here_tests::here;
use super::{Buttons, Here, Message, Slack};
use crate::id::UserGroupId;

pub(crate) fn asking(card: &Card, buttons: Option<Buttons<'_>>, read_at: Option<&str>) -> Message {
    shown(card, None, buttons, here(), read_at)
}

pub(crate) fn state(
    card: &Card,
    state: &State,
    buttons: Option<Buttons<'_>>,
    read_at: Option<&str>,
) -> Message {
    became(card, &Fate::of(state), buttons, read_at)
}

pub(crate) fn became(
    card: &Card,
    fate: &Fate<'_>,
    buttons: Option<Buttons<'_>>,
    read_at: Option<&str>,
) -> Message {
    shown(card, Some(fate), buttons, here(), read_at)
}

pub(crate) fn shown(
    card: &Card,
    fate: Option<&Fate<'_>>,
    buttons: Option<Buttons<'_>>,
    here: Here<'_>,
    read_at: Option<&str>,
) -> Message {
    let form = Slack { here: Some(here), groups: &BTreeMap::new(), read_at };
    form.message(&Sheet::card(card, fate, buttons.is_some(), &form), buttons)
}

pub(crate) fn said(view: View<'_>) -> Message {
    waking(view, &BTreeMap::new())
}

pub(crate) fn waking(view: View<'_>, groups: &BTreeMap<Group, UserGroupId>) -> Message {
    let form = Slack { here: Some(here()), groups, read_at: None };
    form.message(&Sheet::of(view, &form), None)
}
