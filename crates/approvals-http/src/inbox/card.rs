//! A card on a page: its sections, label by label, in the order in which the core gives them.

use approvals_core::canonical::CanonicalError;
use approvals_core::{Card, Part, Section};

/// A card as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardView {
    /// The sections, facts first, claims last.
    pub(crate) sections: Vec<SectionView>,
    /// The digest of what is shown, which a decision names.
    pub(crate) digest: String,
    /// The code of the request: whoever compares it with somebody else looks at the same one.
    pub(crate) code: String,
}

/// One section of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SectionView {
    /// The name that styles know it by.
    pub(crate) kind: &'static str,
    /// Its heading.
    pub(crate) heading: String,
    /// Whether the requester wrote it freely.
    pub(crate) is_claim: bool,
    /// What stands under the heading, by label.
    pub(crate) entries: Vec<Entry>,
}

/// A label, and the values that stand under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The label; empty if the values have none.
    pub(crate) label: String,
    /// Whether it belongs to the entry before.
    pub(crate) is_more: bool,
    /// The values, one a line.
    pub(crate) values: Vec<String>,
}

impl CardView {
    pub(crate) fn of(card: &Card) -> Result<Self, CanonicalError> {
        Ok(Self {
            sections: card.sections().iter().map(SectionView::of).collect(),
            digest: card.digest()?.to_string(),
            code: card.code(),
        })
    }
}

impl SectionView {
    fn of(section: &Section) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for line in &section.lines {
            match entries.last_mut() {
                // A line without a label goes on with the one before.
                Some(entry) if line.label.is_empty() => entry.values.push(line.value.clone()),
                _first => entries.push(Entry {
                    label: line.label.trim_start().to_owned(),
                    is_more: line.label.starts_with(' '),
                    values: vec![line.value.clone()],
                }),
            }
        }
        let kind = match section.part {
            Part::Emergency => "emergency",
            Part::Facts => "facts",
            Part::Earlier => "earlier",
            Part::Arguments => "arguments",
            Part::WorkedOut => "worked-out",
            Part::Hidden => "hidden",
            Part::Unbound => "unbound",
            Part::Claims => "claims",
        };
        let is_claim = section.part == Part::Claims;
        Self { kind, heading: section.heading.clone(), is_claim, entries }
    }
}
