//! Recorded requests, ruled on by two policies.

use approvals_core::{
    BreakGlass, Document, Facts, Obligations, Policy as _, PolicyError, Request, RequestId, Rules,
    Ruling, Trail, Verdict, private,
};
use serde::Serialize;

use crate::{duty, span, told};

/// How the second ruling differs from the first. The most dangerous comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    /// Whatever was enough before is enough now, and not the other way round.
    Looser,
    /// Neither is at least as strict as the other.
    Different,
    /// Whatever is enough now was enough before.
    Stricter,
}

impl Change {
    /// Whether it may now run on less than before, as far as can be told.
    pub(super) fn loosens(self) -> bool {
        match self {
            Self::Looser | Self::Different => true,
            Self::Stricter => false,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Looser => "looser",
            Self::Different => "different",
            Self::Stricter => "stricter",
        }
    }
}

/// A request on which the two do not agree.
#[derive(Debug, Serialize)]
pub(super) struct Differs {
    pub(super) change: Change,
    pub(super) request: RequestId,
    pub(super) asked: String,
    pub(super) action: String,
    pub(super) requester: String,
    pub(super) was: Side,
    pub(super) now: Side,
}

/// What one of them says.
#[derive(Debug, Serialize)]
pub(super) struct Side {
    pub(super) verdict: &'static str,
    /// Why, where it denies.
    pub(super) reason: Option<String>,
    pub(super) rules: Vec<String>,
    pub(super) obligations: Vec<String>,
    /// The obligations in words.
    pub(super) in_words: Vec<String>,
}

/// Every request on which they differ, the most dangerous first, and how many were looked at.
pub(super) fn over(trail: &Trail, old: &Rules, new: &Rules) -> (usize, Vec<Differs>) {
    let mut requests = 0_usize;
    let mut found = Vec::new();
    for (id, state) in trail.states() {
        let Some((request, document)) = state.request().zip(trail.document(id)) else { continue };
        requests = requests.saturating_add(1);
        found.extend(differs(request, document, old, new));
    }
    found.sort_by(|a: &Differs, b| {
        (a.change, &a.asked, a.request).cmp(&(b.change, &b.asked, b.request))
    });
    (requests, found)
}

fn differs(request: &Request, document: &Document, old: &Rules, new: &Rules) -> Option<Differs> {
    let facts = Facts::new(document, &request.requester, request.asked_at)
        .with(&request.ruling.facts)
        .about(request.id);
    let rule = |rules: &Rules| private::rule(rules, &facts).unwrap_or_else(|e| failed(rules, &e));
    let (was, now) = (rule(old), rule(new));
    let change = change(&was, &now)?;
    Some(Differs {
        change,
        request: request.id,
        asked: request.asked_at.to_string(),
        action: document.action.to_string(),
        requester: told::with_owners(&document.requester, &document.on_behalf_of),
        was: Side::new(&was),
        now: Side::new(&now),
    })
}

/// What cannot be ruled on is denied.
pub(super) fn failed(rules: &Rules, error: &PolicyError) -> Ruling {
    Ruling::new(Verdict::Deny(error.to_string()), Vec::new(), rules.digest())
}

/// How `now` differs from `was`; nothing if both say the same. Why something is denied makes no difference.
fn change(was: &Ruling, now: &Ruling) -> Option<Change> {
    let (to_now, to_was) = (covers(now, was), covers(was, now));
    match (to_now, to_was) {
        (false, true) => Some(Change::Looser),
        (false, false) => Some(Change::Different),
        // Both as strict as each other: only whom to remind and whom to ask first can differ.
        (true, true) if asks(&was.verdict) == asks(&now.verdict) => None,
        (true, _) => Some(Change::Stricter),
    }
}

fn asks(verdict: &Verdict) -> Option<&Obligations> {
    match verdict {
        Verdict::Review(asked) => Some(asked),
        Verdict::Allow | Verdict::Deny(_) => None,
    }
}

/// Whether what satisfies `strict` always satisfies `other`.
fn covers(strict: &Ruling, other: &Ruling) -> bool {
    match (&strict.verdict, &other.verdict) {
        (Verdict::Deny(_), _) | (_, Verdict::Allow) => true,
        (_, Verdict::Deny(_)) | (Verdict::Allow, Verdict::Review(_)) => false,
        (Verdict::Review(now), Verdict::Review(was)) => {
            now.are_as_strict_as(was)
                && is_looked_at(strict.break_glass.as_ref(), other.break_glass.as_ref())
        }
    }
}

/// Whether an emergency is looked at afterwards as `other` wants it.
fn is_looked_at(strict: Option<&BreakGlass>, other: Option<&BreakGlass>) -> bool {
    let Some(other) = other else { return true };
    strict.is_some_and(|one| {
        one.review_by == other.review_by && one.review_within <= other.review_within
    })
}

impl Side {
    fn new(ruling: &Ruling) -> Self {
        let (verdict, reason) = match &ruling.verdict {
            Verdict::Allow => ("allow", None),
            Verdict::Deny(reason) => ("deny", Some(reason.clone())),
            Verdict::Review(_) => ("review", None),
        };
        let (mut obligations, mut in_words) = (Vec::new(), Vec::new());
        if let Verdict::Review(asked) = &ruling.verdict {
            for one in asked {
                obligations.push(one.name.to_string());
                let sentences = duty::sentences(one, None).into_iter();
                in_words.extend(sentences.map(|sentence| format!("{}: {sentence}", one.name)));
            }
        }
        in_words.extend(ruling.break_glass.as_ref().map(|terms| {
            let within = span::words(terms.review_within);
            format!("emergency: one of {} reviews it within {within}", terms.review_by)
        }));
        let rules = ruling.rules.iter().map(ToString::to_string).collect();
        Self { verdict, reason, rules, obligations, in_words }
    }

    /// On one line.
    pub(super) fn line(&self) -> String {
        let what = match &self.reason {
            Some(reason) => format!("deny: {reason}"),
            None if self.obligations.is_empty() => self.verdict.to_owned(),
            None => format!("review: {}", self.obligations.join(", ")),
        };
        if self.rules.is_empty() { what } else { format!("{what} (by {})", self.rules.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use approvals_core::{Digest, Obligation};

    use super::*;

    fn ruling(verdict: Verdict) -> Ruling {
        Ruling::new(verdict, Vec::new(), Digest::of("policy", b""))
    }

    fn review(group: &str, count: u32) -> Ruling {
        let one = Obligation::new("one").unwrap().seats(group, count).unwrap();
        ruling(Verdict::Review(Obligations::new([one])))
    }

    fn emergency(hours: u64) -> Ruling {
        let within = Duration::from_secs(hours.saturating_mul(3600));
        let terms = BreakGlass::new(Vec::new(), "security".parse().unwrap(), within);
        review("ops", 1).by_breaking_glass(terms)
    }

    #[test]
    fn less_than_before_is_looser_and_what_cannot_be_compared_is_never_called_stricter() {
        let deny = || ruling(Verdict::Deny("no".into()));
        let allow = || ruling(Verdict::Allow);
        let two = || review("ops", 2);
        for (was, now, expected) in [
            (deny(), allow(), Some(Change::Looser)),
            (deny(), two(), Some(Change::Looser)),
            (two(), allow(), Some(Change::Looser)),
            (two(), review("ops", 1), Some(Change::Looser)),
            (two(), review("dba", 2), Some(Change::Different)),
            (emergency(1), emergency(2), Some(Change::Looser)),
            (emergency(1), review("ops", 1), Some(Change::Looser)),
            (review("ops", 1), emergency(1), Some(Change::Stricter)),
            (allow(), deny(), Some(Change::Stricter)),
            (allow(), two(), Some(Change::Stricter)),
            (two(), deny(), Some(Change::Stricter)),
            (two(), two(), None),
            (allow(), allow(), None),
            (deny(), ruling(Verdict::Deny("for another reason".into())), None),
        ] {
            assert_eq!(change(&was, &now), expected, "{was:?}\n{now:?}");
        }
    }
}
