//! What has become of a request, in a word and in a sentence; and what people wrote, as it can safely be shown.

use approvals_core::{Cause, Execution, Outcome, Phase, Resolution};

/// How a request stands, as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// A word for it.
    pub(crate) word: &'static str,
    /// The kind of mark beside it.
    pub(crate) mark: Mark,
    /// A sentence of ours.
    pub(crate) sentence: &'static str,
    /// What somebody said about it.
    pub(crate) said: Option<String>,
}

/// A mark that tells kinds of events and states apart, in its shape and not only in its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing has been decided.
    Open,
    /// Somebody said yes, or it went well.
    Yes,
    /// Somebody said no, or it went wrong.
    No,
    /// It is over without a yes or a no.
    Over,
    /// A person should look.
    Doubt,
    /// It happened, and that is all.
    Note,
}

impl Mark {
    /// The name that styles know it by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Over => "over",
            Self::Doubt => "doubt",
            Self::Note => "note",
        }
    }
}

impl From<&Phase> for Status {
    fn from(phase: &Phase) -> Self {
        let (word, mark, sentence) = match phase {
            Phase::Absent => ("Unknown", Mark::Over, "There is no such request."),
            Phase::Allowed => (
                "Allowed",
                Mark::Yes,
                "It is allowed without asking anybody, and has not started yet.",
            ),
            Phase::Pending => ("Waiting", Mark::Open, "It waits for people to decide."),
            Phase::Granted => ("Approved", Mark::Yes, "It is approved, and has not started yet."),
            Phase::Started => ("Started", Mark::Yes, "It is approved, and has started."),
            Phase::Ended(Outcome::Executed(execution)) => executed(*execution),
            Phase::Ended(Outcome::Resolved(Resolution::Done)) => {
                ("Done", Mark::Yes, "It was in doubt; a person has looked: it was carried out.")
            }
            Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => (
                "Not done",
                Mark::No,
                "It was in doubt; a person has looked: it was not carried out, or has been undone.",
            ),
            Phase::Ended(Outcome::Closed(cause)) => closed(cause),
        };
        let said = match phase {
            Phase::Ended(Outcome::Closed(cause)) => why(cause).map(said),
            Phase::Absent
            | Phase::Allowed
            | Phase::Pending
            | Phase::Granted
            | Phase::Started
            | Phase::Ended(Outcome::Executed(_) | Outcome::Resolved(_)) => None,
        };
        Self { word, mark, sentence, said }
    }
}

fn executed(execution: Execution) -> (&'static str, Mark, &'static str) {
    match execution {
        Execution::Succeeded => ("Done", Mark::Yes, "It was approved, and was carried out."),
        Execution::Failed => ("Failed", Mark::No, "It was approved, ran, and failed."),
        Execution::Panicked => ("Failed", Mark::No, "It was approved, ran, and panicked."),
        Execution::Dropped => (
            "In doubt",
            Mark::Doubt,
            "It was approved and started, and was interrupted. What became of it is unknown: a person must look.",
        ),
        Execution::Changed => (
            "Not run",
            Mark::No,
            "It was approved, and did not run, since its arguments were no longer those approved.",
        ),
        Execution::NotRun => (
            "Not run",
            Mark::Over,
            "It was approved, and did not run, since whoever asked had gone.",
        ),
    }
}

fn closed(cause: &Cause) -> (&'static str, Mark, &'static str) {
    match cause {
        Cause::Denied { .. } => ("Denied", Mark::No, "The policy denies it."),
        Cause::Rejected { .. } => ("Rejected", Mark::No, "It was rejected. It does not happen."),
        Cause::Expired => ("Expired", Mark::Over, "Its time is over. It does not happen."),
        Cause::Withdrawn => {
            ("Withdrawn", Mark::Over, "Whoever asked no longer waits. It does not happen.")
        }
        Cause::Revoked { .. } => {
            ("Revoked", Mark::No, "Its approval was taken back. It does not happen.")
        }
        Cause::Undeliverable => {
            ("Not asked", Mark::Over, "It could not be put before anybody. It does not happen.")
        }
        Cause::Unsatisfiable { .. } => {
            ("Not asked", Mark::Over, "Too few people could approve it. It does not happen.")
        }
        Cause::Stopped { .. } => {
            ("Stopped", Mark::No, "Calls like this are stopped. It does not happen.")
        }
    }
}

fn why(cause: &Cause) -> Option<&str> {
    match cause {
        Cause::Denied { reason }
        | Cause::Revoked { reason, .. }
        | Cause::Unsatisfiable { reason }
        | Cause::Stopped { reason, .. } => Some(reason),
        Cause::Rejected { .. } | Cause::Expired | Cause::Withdrawn | Cause::Undeliverable => None,
    }
}

/// Words that a person wrote, in their own script: letters, digits, line ends and what is on every keyboard stand as they are, and
/// everything that could hide, turn text around or pass for something else stands as its number.
///
/// For people's reasons, which are read and not decided about. What is decided about is in the card, in stricter form.
pub(crate) fn said(text: &str) -> String {
    // Letters that show nothing, although they count as letters.
    const FILLERS: [char; 6] =
        ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{13441}', '\u{13442}'];
    const MARKS: &str = "–—‘’“”„«»…·•€£¥§°×÷±→←≤≥≠";
    let mut shown = String::with_capacity(text.len());
    for letter in text.trim_end().chars() {
        let is_plain = letter == ' ' || letter == '\n' || letter.is_ascii_graphic();
        let is_letter = letter.is_alphanumeric() && !FILLERS.contains(&letter);
        if is_plain || is_letter || MARKS.contains(letter) {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    shown
}

/// `1 approval`, `2 approvals`.
pub(crate) fn count(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {several}") }
}

/// A span of time in at most two units.
pub(crate) fn span(span: std::time::Duration) -> String {
    let seconds = span.as_secs();
    let units = [
        (86_400, "day", "days"),
        (3600, "hour", "hours"),
        (60, "minute", "minutes"),
        (1, "second", "seconds"),
    ];
    let mut left = seconds;
    let mut said = Vec::new();
    for (size, one, several) in units {
        let whole = left.checked_div(size).unwrap_or_default();
        left = left.checked_rem(size).unwrap_or_default();
        if whole > 0 && said.len() < 2 {
            said.push(count(usize::try_from(whole).unwrap_or(usize::MAX), one, several));
        }
    }
    if said.is_empty() { "no time".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_stays_in_their_script_and_hides_nothing() {
        assert_eq!(said("Grüße, 承認 – nein!\nzwei"), "Grüße, 承認 – nein!\nzwei");
        assert_eq!(
            said("a\u{202e}b\u{200b}c\u{e0041}\u{3164}\t"),
            r"a\u{202e}b\u{200b}c\u{e0041}\u{3164}"
        );
        assert_eq!(said("<b>x</b>"), "<b>x</b>", "markup is for the template to escape");
    }

    #[test]
    fn spans_are_said_in_two_units_at_most() {
        let of = |seconds| span(std::time::Duration::from_secs(seconds));
        assert_eq!(of(90), "1 minute 30 seconds");
        assert_eq!(of(3600), "1 hour");
        assert_eq!(of(90_061), "1 day 1 hour");
        assert_eq!(of(0), "no time");
    }
}
