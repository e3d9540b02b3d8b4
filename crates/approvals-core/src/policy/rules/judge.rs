//! From the rules that apply to a verdict: the strictest wins, obligations add up, errors deny.

use super::rule::{Effect, Rule};
use crate::action::id::RuleId;
use crate::policy::facts::Facts;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{BreakGlass, PolicyError, Verdict};
use crate::policy::vocabulary::Vocabulary;

/// What rules say together.
#[derive(Debug)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    /// The rules that apply, and the one that could not be evaluated.
    pub(super) rules: Vec<RuleId>,
    pub(super) break_glass: Option<BreakGlass>,
    /// Whether it is a denial only because something could not be evaluated.
    pub(super) is_error: bool,
}

impl Judgement {
    fn of(verdict: Verdict, rules: Vec<RuleId>) -> Self {
        Self { verdict, rules, break_glass: None, is_error: false }
    }

    /// A denial by no rule.
    pub(super) fn deny(reason: impl Into<String>) -> Self {
        Self::of(Verdict::Deny(reason.into()), Vec::new())
    }

    fn error(reason: impl Into<String>, rules: Vec<RuleId>) -> Self {
        Self { is_error: true, ..Self::of(Verdict::Deny(reason.into()), rules) }
    }
}

/// What `rules`, all of them about the call's action, say about the call.
pub(super) fn judge(rules: &[&Rule], words: &Vocabulary, facts: &Facts<'_>) -> Judgement {
    if rules.is_empty() {
        return Judgement::deny("no rule is about this action");
    }
    let mut applying = Vec::new();
    let mut ids = Vec::new();
    let mut failed = None;
    for rule in rules {
        match rule.applies(facts) {
            Ok(false) => continue,
            Ok(true) => applying.push(*rule),
            Err(error) => failed = failed.or(Some((&rule.id, error))),
        }
        ids.push(rule.id.clone());
    }
    match failed {
        Some((id, error)) => {
            Judgement::error(format!("rule `{id}` could not be evaluated: {error}"), ids)
        }
        None => strictest(&applying, ids, words, facts),
    }
}

fn strictest(
    applying: &[&Rule],
    ids: Vec<RuleId>,
    words: &Vocabulary,
    facts: &Facts<'_>,
) -> Judgement {
    let (denials, others): (Vec<&Rule>, Vec<&Rule>) =
        applying.iter().copied().partition(|rule| matches!(rule.effect, Effect::Deny(_)));
    let emergency = set_aside(&denials, words, facts);
    if let (Some(Rule { effect: Effect::Deny(reason), .. }), None) = (denials.first(), &emergency) {
        return Judgement::of(Verdict::Deny(reason.clone()), ids);
    }
    if others.is_empty() {
        return Judgement::of(Verdict::Deny("no rule allows this call".into()), ids);
    }
    let (required, break_glass) = emergency.unzip();
    let names = others.iter().flat_map(|rule| rule.effect.names()).chain(required.unwrap_or(&[]));
    let obligations: Result<Vec<_>, _> =
        names.map(|name| words.obligation(name, facts).map_err(|error| (name, error))).collect();
    match obligations {
        Err((name, error)) => Judgement::error(
            format!("obligation `{name}` could not be had: {}", cause(&error)),
            ids,
        ),
        Ok(none) if none.is_empty() => Judgement::of(Verdict::Allow, ids),
        Ok(some) => {
            Judgement { break_glass, ..Judgement::of(Verdict::Review(Obligations::new(some)), ids) }
        }
    }
}

/// In an emergency that may set aside all of these denials: what it takes, and on which terms.
fn set_aside<'a>(
    denials: &[&Rule],
    words: &'a Vocabulary,
    facts: &Facts<'_>,
) -> Option<(&'a [RuleId], BreakGlass)> {
    let (require, terms) = words.break_glass().filter(|_| facts.is_break_glass())?;
    let is_listed = |rule: &&Rule| terms.rules.contains(&rule.id);
    if denials.is_empty() || !denials.iter().all(is_listed) {
        return None;
    }
    let rules = denials.iter().map(|rule| rule.id.clone()).collect();
    Some((require, BreakGlass { rules, ..terms.clone() }))
}

/// What went wrong, without the wrapping.
pub(super) fn cause(error: &PolicyError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

impl Effect {
    /// The obligations that it asks for.
    pub(super) fn names(&self) -> &[RuleId] {
        match self {
            Self::Require(names) => names,
            Self::Allow | Self::Deny(_) => &[],
        }
    }
}
