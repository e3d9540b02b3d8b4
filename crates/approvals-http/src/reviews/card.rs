//! A card as JSON: what the library has laid out, part by part.

use approvals_core::{Card, Part};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{self, Problem};

/// What a reviewer is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shown {
    /// The digest of the card: a decision names it.
    digest: String,
    /// The code by which people compare requests.
    code: String,
    /// Its parts, in this order. Text of others is made visible, as it is to be shown: literally.
    sections: Vec<Laid>,
}

/// A part of a card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Laid {
    /// Which part.
    part: Kind,
    /// Its heading.
    heading: String,
    /// Its lines.
    lines: Vec<Line>,
}

/// A line of a card.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// What it is.
    label: String,
    /// Its value.
    value: String,
}

/// Which part of a card.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Emergency,
    Facts,
    Earlier,
    Arguments,
    WorkedOut,
    Hidden,
    Unbound,
    Claims,
}

impl Kind {
    fn of(part: Part) -> Self {
        match part {
            Part::Emergency => Self::Emergency,
            Part::Facts => Self::Facts,
            Part::Earlier => Self::Earlier,
            Part::Arguments => Self::Arguments,
            Part::WorkedOut => Self::WorkedOut,
            Part::Hidden => Self::Hidden,
            Part::Unbound => Self::Unbound,
            Part::Claims => Self::Claims,
        }
    }
}

impl Shown {
    pub(crate) fn new(card: &Card) -> Result<Self, Problem> {
        let digest = card.digest().map_err(|error| Problem::new(problem::INTERNAL, error))?;
        let sections = card.sections().into_iter().map(|section| {
            let line = |line: approvals_core::Line| Line { label: line.label, value: line.value };
            let lines = section.lines.into_iter().map(line).collect();
            Laid { part: Kind::of(section.part), heading: section.heading, lines }
        });
        Ok(Self { digest: digest.to_string(), code: card.code(), sections: sections.collect() })
    }
}
