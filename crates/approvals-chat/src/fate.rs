//! What has become of a request, in a word for the title and in sentences.

use approvals_core::{
    Card, Cause, Choice, Decision, Execution, Outcome, Phase, Resolution, State, visible,
};

use crate::sheet::{Form, Paragraph, Span};

/// The most bytes of what somebody wrote.
const MAX_WORDS: usize = 240;

/// The most bytes of what has become of it, without the last line.
const MAX_FATE: usize = 1700;

/// The word that a title begins with.
pub(crate) fn word(phase: &Phase) -> &'static str {
    match phase {
        Phase::Absent => "Unknown",
        Phase::Allowed => "Allowed",
        Phase::Pending => "Approve?",
        Phase::Granted => "Approved",
        Phase::Started => "Started",
        Phase::Ended(Outcome::Executed(execution)) => match execution {
            Execution::Succeeded => "Done",
            Execution::Failed | Execution::Panicked => "Failed",
            Execution::Dropped => "In doubt",
            Execution::Changed | Execution::NotRun => "Not run",
        },
        Phase::Ended(Outcome::Resolved(Resolution::Done)) => "Done",
        Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => "Not done",
        Phase::Ended(Outcome::Closed(cause)) => match cause {
            Cause::Denied { .. } => "Denied",
            Cause::Rejected { .. } => "Rejected",
            Cause::Expired => "Expired",
            Cause::Withdrawn => "Withdrawn",
            Cause::Revoked { .. } => "Revoked",
            Cause::Undeliverable | Cause::Unsatisfiable { .. } => "Not asked",
            Cause::Stopped { .. } => "Stopped",
        },
    }
}

/// What has become of it, and if others said why, that.
fn sentence(phase: &Phase) -> (&'static str, Option<&str>) {
    match phase {
        Phase::Absent => ("There is no such request.", None),
        Phase::Allowed => ("The policy allows it; nobody needs to approve.", None),
        Phase::Pending => ("It is open.", None),
        Phase::Granted => ("It is approved, and has not started yet.", None),
        Phase::Started => ("It is approved, and has started.", None),
        Phase::Ended(Outcome::Executed(execution)) => (executed(*execution), None),
        Phase::Ended(Outcome::Resolved(Resolution::Done)) => {
            ("It was in doubt; somebody has looked: it was carried out.", None)
        }
        Phase::Ended(Outcome::Resolved(Resolution::NotDone)) => (
            "It was in doubt; somebody has looked: it was not carried out, or has been undone.",
            None,
        ),
        Phase::Ended(Outcome::Closed(cause)) => closed(cause),
    }
}

fn executed(execution: Execution) -> &'static str {
    match execution {
        Execution::Succeeded => "It was approved, and was carried out.",
        Execution::Failed => "It was approved, ran, and failed.",
        Execution::Panicked => "It was approved, ran, and panicked.",
        Execution::Dropped => {
            "It was approved and started, and was interrupted: what became of it is unknown, and a person must look."
        }
        Execution::Changed => "It was approved, and did not run, since its arguments had changed.",
        Execution::NotRun => "It was approved, and did not run, since whoever asked has gone.",
    }
}

fn closed(cause: &Cause) -> (&'static str, Option<&str>) {
    match cause {
        Cause::Denied { reason } => ("The policy denies it.", Some(reason)),
        Cause::Rejected { .. } => ("It was rejected. It does not happen.", None),
        Cause::Expired => ("Its time is over. It does not happen.", None),
        Cause::Withdrawn => ("Whoever asked no longer waits. It does not happen.", None),
        Cause::Revoked { reason, .. } => ("Its approval no longer holds.", Some(reason)),
        Cause::Undeliverable => ("It could not be put before anybody. It does not happen.", None),
        Cause::Unsatisfiable { reason } => {
            ("Too few people could approve it. It does not happen.", Some(reason))
        }
        Cause::Stopped { reason, .. } => ("It was stopped. It does not happen.", Some(reason)),
    }
}

/// What is known of a request, as far as a [`Sheet`](crate::Sheet) shows it. [The page of this crate](crate) has an example.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is what there is to know")]
pub struct Fate<'a> {
    /// How it stands.
    pub phase: &'a Phase,
    /// Who has decided what, the first first.
    pub decisions: &'a [Decision],
    /// How many approvals count.
    pub approvals: usize,
    /// How many events there were.
    pub version: u64,
    /// Where it may stand why somebody has rejected it.
    pub state: Option<&'a State>,
}

impl<'a> Fate<'a> {
    /// What the ledger knows.
    #[must_use]
    pub fn of(state: &'a State) -> Self {
        Self {
            phase: state.phase(),
            decisions: state.decisions(),
            approvals: state.approvers(state.last_at()).count(),
            version: state.version(),
            state: Some(state),
        }
    }

    /// What has become of it, and who decided, when and why, the latest first.
    pub(crate) fn told(&self, card: &Card, form: &impl Form) -> Paragraph {
        let (what, why) = sentence(self.phase);
        let is_open = *self.phase == Phase::Pending;
        let what = if is_open { self.so_far(card) } else { what.to_owned() };
        let mut spans = vec![Span::strong(what)];
        spans.extend(why.map(|why| Span::plain(format!("  {}", words(why)))));
        if let Phase::Ended(Outcome::Closed(Cause::Revoked { by: Some(by), .. })) = self.phase {
            spans.push(Span::strong("\nrevoked by"));
            spans.push(Span::plain(format!("  {by}")));
        }
        let mut left = self.decisions.len();
        for decision in self.decisions.iter().rev() {
            let line = decided(decision, self.why(decision), form.is_here(&decision.identity));
            if size(&spans, form).saturating_add(size(&line, form)) > MAX_FATE {
                spans.push(Span::plain(format!("\nand {left} more: approvals show {}", card.id())));
                break;
            }
            spans.extend(line);
            left = left.saturating_sub(1);
        }
        Paragraph::Text(spans)
    }

    /// Why somebody decided like that, said then or afterwards.
    fn why(&self, decision: &'a Decision) -> Option<&'a str> {
        let said = decision.reason.as_deref();
        let state = self.state.filter(|_state| decision.choice == Choice::Reject);
        said.or_else(|| state?.explanation(decision))
    }

    /// How many have approved, and of how many, if there is one group to count in.
    fn so_far(&self, card: &Card) -> String {
        let approvals = self.approvals;
        let obligations = card.request().obligations().into_iter().flatten();
        let mut seats = obligations.flat_map(|one| &one.quorum);
        match (seats.next(), seats.next()) {
            (Some(seats), None) => format!("{approvals} of {} have approved.", seats.count),
            _several => format!("{approvals} have approved, which is not enough yet."),
        }
    }
}

fn decided(decision: &Decision, why: Option<&str>, is_here: bool) -> Vec<Span> {
    let what = match decision.choice {
        Choice::Approve => "approved by",
        Choice::Reject => "rejected by",
    };
    let mut line = vec![Span::strong(format!("\n{what}")), Span::plain("  ")];
    if is_here {
        line.push(Span::Person(decision.identity.clone()));
    }
    line.push(Span::plain(format!("{}, {}", decision.reviewer.id(), decision.at)));
    if let Some(lender) = &decision.delegator {
        line.push(Span::plain(format!(", in place of {}", lender.id())));
    }
    if !is_here {
        line.push(Span::plain(format!(", in {}", decision.identity.channel())));
    }
    line.extend(why.map(|why| Span::plain(format!(": {}", words(why)))));
    line
}

/// What others wrote, in quotes and not too much of it.
fn words(text: &str) -> String {
    cut(visible::text(text), MAX_WORDS)
}

/// A sentence that others had a hand in, as printable ASCII and of bounded length.
pub(crate) fn printable(sentence: &str) -> String {
    const MAX: usize = 400;
    let mut shown = String::new();
    // One more than is shown is enough to see that there is more.
    for letter in sentence.chars().take(MAX.saturating_add(1)) {
        if letter == ' ' || letter.is_ascii_graphic() {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    cut(shown, MAX)
}

fn cut(shown: String, most: usize) -> String {
    match shown.split_at_checked(most) {
        Some((beginning, rest)) if !rest.is_empty() => {
            format!("{beginning} (cut: {} bytes more)", rest.len())
        }
        _short => shown,
    }
}

fn size(spans: &[Span], form: &impl Form) -> usize {
    form.size(&[vec![Paragraph::Text(spans.to_vec())]])
}
