//! Where a policy file is wrong, and how to mend it.

use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;

/// Rules that do not load: where, what, and how to mend it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Rules;
///
/// let error = "version = 1\ndefault = \"allow\"".parse::<Rules>().unwrap_err();
/// assert_eq!((error.line(), error.column()), (2, 11));
/// assert_eq!(error.to_string(), "line 2, column 11: the default can only be \"deny\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct RulesError {
    line: usize,
    column: usize,
    message: String,
}

impl RulesError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The text that is read: it knows where things stand, and refuses what is wrong there.
#[derive(Clone, Copy)]
pub(super) struct Source<'a>(pub(super) &'a str);

impl Source<'_> {
    /// The line and the column of the start of `span`, from 1.
    pub(super) fn position(self, span: Option<Range<usize>>) -> (usize, usize) {
        let before = span.and_then(|span| self.0.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let last = before.rsplit('\n').next().unwrap_or_default();
        (line, last.chars().count().saturating_add(1))
    }

    pub(super) fn error(
        self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> RulesError {
        let (line, column) = self.position(span);
        RulesError { line, column, message: message.into() }
    }

    /// What is no TOML of this form, with a word on what was probably meant.
    pub(super) fn unread(self, error: &toml::de::Error) -> RulesError {
        let said = error.message();
        let meant = MEANT.iter().find(|(mistake, _)| said.starts_with(mistake));
        let meant = meant.map_or_else(String::new, |(_, meant)| format!(": {meant}"));
        self.error(error.span(), format!("{said}{meant}"))
    }

    pub(super) fn refuse<T, V>(
        self,
        at: &Spanned<V>,
        message: impl Into<String>,
    ) -> Result<T, RulesError> {
        Err(self.error(Some(at.span()), message))
    }

    pub(super) fn parse<T: FromStr<Err: ToString>>(
        self,
        text: &Spanned<String>,
    ) -> Result<T, RulesError> {
        text.get_ref().parse().or_else(|error: T::Err| self.refuse(text, error.to_string()))
    }

    /// A time from one second to a year.
    pub(super) fn time(self, text: &Spanned<String>) -> Result<Duration, RulesError> {
        match duration(text.get_ref()).filter(|span| (1..=YEAR).contains(&span.as_secs())) {
            Some(span) => Ok(span),
            None => self.refuse(
                text,
                "expected a time from one second to a year, such as \"30m\" or \"8h\"",
            ),
        }
    }

    /// A time of up to a year, or none at all.
    pub(super) fn time_or_none(self, text: &Spanned<String>) -> Result<Duration, RulesError> {
        match duration(text.get_ref()).filter(|span| span.is_zero() || span.as_secs() >= 1) {
            Some(span) if span.as_secs() <= YEAR => Ok(span),
            Some(_) | None => self.refuse(
                text,
                "expected \"0s\", or a time from one second to a year, such as \"24h\"",
            ),
        }
    }

    /// A list that says something, and not too much.
    pub(super) fn bounded<T>(
        self,
        list: &Spanned<Vec<T>>,
        most: usize,
        when_empty: &str,
    ) -> Result<(), RulesError> {
        match list.get_ref().len() {
            0 => self.refuse(list, when_empty),
            length if length > most => {
                self.refuse(list, format!("{length} entries; at most {most} may stand here"))
            }
            _ => Ok(()),
        }
    }
}

/// What is often written otherwise, by how the message about it begins.
const MEANT: [(&str, &str); 6] = [
    ("missing field `version`", "begin the file with `version = 1`"),
    ("missing field `default`", "write `default = \"deny\"` below the version"),
    (
        "duplicate key",
        "it stands twice, or a list of tables begins with `[rule]` and not with `[[rule]]`",
    ),
    (
        "unknown variant `review`",
        "to have people asked, leave `effect` out and name obligations in `require`",
    ),
    ("invalid type: integer `", "texts and times stand in quotes, as in \"10m\""),
    ("invalid type: map, expected a sequence", "write a list, as in `[{ … }]`"),
];

const YEAR: u64 = 31_536_000;

fn duration(text: &str) -> Option<Duration> {
    let span = text.parse::<jiff::SignedDuration>().ok()?;
    Duration::try_from(span).ok()
}
