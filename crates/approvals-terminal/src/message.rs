//! From a card to what the terminal shows. Pure, and the only place where text is made.
//!
//! Everything is printable ASCII and line ends, and on terminals that speak UTF-8 the letters of the card's
//! reading lines. No colours, no cursor movement: there is nothing that data could be taken for.

use std::time::Duration;

use approvals_core::{Card, Cause, Choice, DeskError, Execution, Outcome, Phase, RequestId};

use crate::answer::{MAX_LINE, Unclear};

/// The most lines that one can be expected to scroll back over.
const MAX_LINES: usize = 200;

/// The most text that one can be expected to read before answering, in bytes.
const MAX_BYTES: usize = 32 * 1024;

/// The narrowest terminal on which a card keeps its margin, in columns.
const MIN_COLUMNS: u16 = 40;

/// What is known of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    /// How wide it is, if it says so.
    pub(crate) columns: Option<u16>,
    /// Whether it has said that it speaks UTF-8. In an 8-bit terminal, bytes of some letters are controls.
    pub(crate) is_utf8: bool,
}

/// A card as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) text: String,
    /// What approves it; none if it could not be shown whole.
    pub(crate) code: Option<String>,
}

/// The card as a screen shows it, or `None` if it holds what must not reach a terminal.
pub(crate) fn sheet(card: &Card, screen: Screen) -> Option<Sheet> {
    let columns = screen.columns.unwrap_or(80);
    let rendered = card.render(usize::from(columns));
    if !is_showable(&rendered) {
        return None;
    }
    let why = if columns < MIN_COLUMNS {
        "this terminal is too narrow for it; make it wider"
    } else if rendered.lines().count() > MAX_LINES || rendered.len() > MAX_BYTES {
        "it is too long for a terminal"
    } else {
        let rendered = if screen.is_utf8 { rendered } else { without_letters(&rendered) };
        return Some(Sheet {
            text: format!("\nAPPROVAL NEEDED\n{rendered}\n"),
            code: Some(card.code()),
        });
    };
    let (action, request, digest) =
        (card.document().action.as_str(), card.id(), card.request_digest());
    Some(Sheet {
        text: format!(
            "\nAPPROVAL NEEDED, but not shown here: {why}\n   action   {action}\n   request  {request}\n   digest   {digest}\n\
             read it in full with: approvals show {request}\nit can be rejected here, but not approved\n\n"
        ),
        code: None,
    })
}

/// Whether a card's text can do nothing to a terminal but show.
pub(crate) fn is_showable(text: &str) -> bool {
    let is_letter = |c: char| !c.is_ascii() && (c.is_alphanumeric() || c == '\u{fffd}');
    text.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic() || is_letter(c))
}

/// The same lines without the letters of the reading lines: the exact lines above them say all there is.
fn without_letters(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

/// The question under a card. It ends with a line end: what is typed counts from the [`MARK`] on.
pub(crate) fn question(code: Option<&str>, left: Duration, waiting: usize) -> String {
    let left = span(left);
    let more = if waiting == 0 { String::new() } else { format!("; {waiting} more waiting") };
    match code {
        Some(code) => format!(
            "{left} left{more}\ntype {code} to approve, or \"no\" and a reason to reject, or \"skip\" to leave it:\n"
        ),
        None => format!(
            "{left} left{more}\ntype \"no\" and a reason to reject, or \"skip\" to leave it:\n"
        ),
    }
}

/// Asks for the reason that was not given.
pub(crate) const REASON: &str =
    "why? the reason goes on record and to whoever asked (Ctrl-D to leave it open):\n";

/// Stands where the answer is typed.
pub(crate) const MARK: &str = "> ";

/// When the person leaves it.
pub(crate) const LEFT: &str =
    "left open for others; if nobody decides in time, it does not happen\n\n";

/// After too many lines that count as nothing.
pub(crate) const ENOUGH: &str = "that was the third time; the request is left open for others; if nobody decides in time, it does not happen\n\n";

/// When the program no longer asks.
pub(crate) const STOPPED: &str = "\nthe program has stopped asking; nothing was decided here\n\n";

/// A card that has no digest any more.
pub(crate) const UNREADABLE: &str = "the request could not be described again; it is left open for others; if nobody decides in time, it does not happen\n\n";

/// A card that is not shown.
pub(crate) const UNPRINTABLE: &str =
    "\na request is not shown: it holds characters that a terminal could act on\n\n";

/// What to do about a line that counts as nothing.
pub(crate) fn unclear(why: Unclear) -> String {
    match why {
        Unclear::Wrong => "that is not one of the answers; nothing was decided\n".into(),
        Unclear::Control => {
            "that holds keys that are no text; nothing was decided, type it again\n".into()
        }
        Unclear::NotText => "that is not valid UTF-8; nothing was decided, type it again\n".into(),
        Unclear::TooLong => {
            format!("that is longer than {MAX_LINE} bytes; nothing was decided, type less\n")
        }
    }
}

/// What the desk made of an answer.
pub(crate) fn result(choice: Choice, result: &Result<Phase, DeskError>) -> String {
    match (choice, result) {
        (Choice::Approve, Ok(Phase::Pending)) => {
            "your approval is recorded; others must approve it too\n\n".into()
        }
        (Choice::Approve, Ok(Phase::Granted)) => "approved\n\n".into(),
        (Choice::Reject, Ok(Phase::Ended(Outcome::Closed(Cause::Rejected { .. })))) => {
            "rejected\n\n".into()
        }
        (Choice::Approve | Choice::Reject, Ok(phase)) => format!("recorded; {}\n\n", became(phase)),
        (Choice::Approve | Choice::Reject, Err(error)) => {
            format!("not recorded: {}\n\n", escaped(&error.to_string()))
        }
    }
}

/// When the desk does not answer: it may have taken the decision or not.
pub(crate) fn unknown(request: RequestId) -> String {
    format!(
        "whether this was recorded is not known; see what became of it with: approvals show {request}\n\n"
    )
}

/// Takes the question back, since the request is no longer open.
pub(crate) fn withdrawn(phase: &Phase) -> String {
    format!("\nno answer is needed any more: {}\n\n", became(phase))
}

fn became(phase: &Phase) -> String {
    let cause = match phase {
        Phase::Absent => return "there is no such request".into(),
        Phase::Allowed => return "the policy allows it".into(),
        Phase::Pending => return "it is still open".into(),
        Phase::Granted => return "it is approved".into(),
        Phase::Started => return "it is approved and has started".into(),
        Phase::Ended(Outcome::Executed(Execution::Changed)) => {
            return "it did not run, since its arguments had changed".into();
        }
        Phase::Ended(Outcome::Executed(Execution::NotRun)) => {
            return "it did not run, since whoever asked has gone".into();
        }
        Phase::Ended(Outcome::Executed(_ran)) => return "it is approved and has run".into(),
        Phase::Ended(Outcome::Resolved(_found)) => return "it was started, and is over".into(),
        Phase::Ended(Outcome::Closed(cause)) => cause,
    };
    match cause {
        Cause::Denied { reason } => format!("the policy denies it: {}", escaped(reason)),
        Cause::Rejected { by } => format!("{} has rejected it", escaped(by.as_str())),
        Cause::Expired => "its time is over".into(),
        Cause::Withdrawn => "whoever asked no longer waits".into(),
        Cause::Revoked { reason, .. } => format!("its approval was revoked: {}", escaped(reason)),
        Cause::Undeliverable => "it could not be put before anybody".into(),
        Cause::Unsatisfiable { reason } => {
            format!("too few people could approve it: {}", escaped(reason))
        }
        Cause::Stopped { reason, .. } => escaped(reason),
    }
}

/// A line that others had a hand in, as printable ASCII, and of bounded length.
fn escaped(line: &str) -> String {
    const MAX: usize = 400;
    let mut shown = String::new();
    for letter in line.chars() {
        if shown.len() > MAX {
            shown.push_str(" (cut)");
            break;
        }
        if letter == ' ' || letter.is_ascii_graphic() {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    shown
}

/// A length of time in its two largest units.
fn span(left: Duration) -> String {
    let seconds = left.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, (seconds / 60) % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, minutes) => format!("{minutes} min {rest} s"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
