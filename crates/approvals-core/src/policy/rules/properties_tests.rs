//! What holds of every policy and every call, found by trying many; and that a wrong engine would be found out.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::policies_tests::ALL;
use super::rule::Effect;
use super::support::{Call, short};
use super::{RuleFinding, Rules};
use crate::policy::policy::{Policy as _, Verdict};

/// One rule, as its author thinks of it.
#[derive(Clone, Debug)]
struct Draft {
    action: &'static str,
    risk: Option<&'static str>,
    when: Vec<Look>,
    unless: Vec<Look>,
    says: Says,
    listed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Allow,
    Deny,
    Ask(usize),
}

/// A condition.
#[derive(Clone, Copy, Debug)]
enum Look {
    /// `args.n`, which may be missing, is over this.
    Over(i64),
    Numbered(bool),
    Prod(bool),
    /// `gone`, which may be missing, is this.
    Gone(bool),
    HasGone(bool),
}

const ACTIONS: [&str; 4] = ["a.x", "a.y", "a.*", "*"];
const NAMES: [&str; 3] = ["one", "two", "three"];

impl Look {
    fn is_chosen(self) -> bool {
        matches!(self, Self::Over(_) | Self::Numbered(_))
    }

    fn text(self) -> String {
        match self {
            Self::Over(n) => format!("{{ field = \"args.n\", gt = {n} }}"),
            Self::Numbered(is) => format!("{{ field = \"args.n\", exists = {is} }}"),
            Self::Prod(true) => "{ field = \"env\", eq = \"prod\" }".to_owned(),
            Self::Prod(false) => "{ field = \"env\", ne = \"prod\" }".to_owned(),
            Self::Gone(is) => format!("{{ field = \"gone\", eq = {is} }}"),
            Self::HasGone(is) => format!("{{ field = \"gone\", exists = {is} }}"),
        }
    }

    /// By the definition of the language; nothing where it cannot be evaluated.
    fn holds(self, call: &Call) -> Option<bool> {
        let number = call.document.arguments.get("n").and_then(serde_json::Value::as_i64);
        let fact = |name: &str| call.provided.get(&name.parse().unwrap());
        match self {
            Self::Over(bound) => number.map(|n| n > bound),
            Self::Numbered(is) => Some(number.is_some() == is),
            Self::Prod(is) => Some((*fact("env")? == "prod".into()) == is),
            Self::Gone(is) => Some(*fact("gone")? == is.into()),
            Self::HasGone(is) => Some(fact("gone").is_some() == is),
        }
    }
}

fn all(looks: &[Look], call: &Call) -> Option<bool> {
    for look in looks {
        if !look.holds(call)? {
            return Some(false);
        }
    }
    Some(true)
}

impl Draft {
    /// A rule that loads: what the agent chooses stands where it tightens.
    fn mended(mut self) -> Self {
        let loosens = if self.says == Says::Allow { &mut self.when } else { &mut self.unless };
        loosens.retain(|look| !look.is_chosen());
        if !ACTIONS[..2].contains(&self.action) {
            self.when.retain(|look| !look.is_chosen());
            self.unless.retain(|look| !look.is_chosen());
        }
        self.listed &= self.says == Says::Deny;
        self
    }

    fn text(&self, id: usize) -> String {
        let list = |word: &str, looks: &[Look]| {
            let looks: Vec<String> = looks.iter().map(|look| look.text()).collect();
            if looks.is_empty() {
                String::new()
            } else {
                format!("{word} = [{}]\n", looks.join(", "))
            }
        };
        let says = match self.says {
            Says::Allow => "effect = \"allow\"".to_owned(),
            Says::Deny => "effect = \"deny\"".to_owned(),
            Says::Ask(n) => format!("require = [\"{}\"]", NAMES[n]),
        };
        let risk = self.risk.map(|level| format!("risk = [\"{level}\"]\n")).unwrap_or_default();
        let (when, unless) = (list("when", &self.when), list("unless", &self.unless));
        format!(
            "[[rule]]\nid = \"r{id}\"\naction = \"{}\"\n{says}\n{risk}{when}{unless}\n",
            self.action
        )
    }

    fn applies(&self, call: &Call) -> Option<bool> {
        let action = call.document.action.as_str();
        let about = self.action == "*"
            || self.action == action
            || (self.action == "a.*" && action.starts_with("a."));
        let risk = self.risk.is_none_or(|level| level == call.document.risk.as_str());
        if !about || !risk || !all(&self.when, call)? {
            return Some(false);
        }
        Some(self.unless.is_empty() || !all(&self.unless, call)?)
    }
}

/// The file of these rules, each under its number.
fn file(drafts: &[(usize, Draft)]) -> String {
    let mut text = "version = 1\ndefault = \"deny\"\n[action.\"a.x\"]\nargs = { n = \"integer?\" }\n[action.\"a.y\"]\nargs = { n = \"integer?\" }\n[facts]\nenv = \"string\"\ngone = \"boolean?\"\n".to_owned();
    for name in NAMES {
        text += format!("[obligation.{name}]\nquorum = [{{ group = \"{name}\", count = 1 }}]\n")
            .as_str();
    }
    let listed: Vec<String> =
        drafts.iter().filter(|(_, one)| one.listed).map(|(n, _)| format!("\"r{n}\"")).collect();
    if !listed.is_empty() {
        text += format!(
            "[break_glass]\nrequire = [\"three\"]\nrules = [{}]\nreview_by = \"s\"\nreview_within = \"1h\"\n",
            listed.join(", ")
        )
        .as_str();
    }
    text + &drafts.iter().map(|(n, draft)| draft.text(*n)).collect::<String>()
}

/// What the language says, written down a second time.
fn by_definition(drafts: &[Draft], call: &Call) -> String {
    let applies: Option<Vec<bool>> = drafts.iter().map(|draft| draft.applies(call)).collect();
    let Some(applies) = applies else { return "deny".to_owned() };
    let applying: Vec<&Draft> =
        drafts.iter().zip(&applies).filter(|(_, is)| **is).map(|(one, _)| one).collect();
    let denials: Vec<_> = applying.iter().filter(|one| one.says == Says::Deny).collect();
    let is_emergency = call.document.break_glass.is_some() && denials.iter().all(|one| one.listed);
    if denials.len() == applying.len() || (!denials.is_empty() && !is_emergency) {
        return "deny".to_owned();
    }
    let mut names: Vec<&str> = applying
        .iter()
        .filter_map(|one| match one.says {
            Says::Ask(n) => Some(NAMES[n]),
            Says::Allow | Says::Deny => None,
        })
        .collect();
    if !denials.is_empty() {
        names.push("three");
    }
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { "allow".to_owned() } else { names.join(" ") }
}

fn look() -> impl Strategy<Value = Look> {
    prop_oneof![
        (0..3_i64).prop_map(Look::Over),
        any::<bool>().prop_map(Look::Numbered),
        any::<bool>().prop_map(Look::Prod),
        any::<bool>().prop_map(Look::Gone),
        any::<bool>().prop_map(Look::HasGone),
    ]
}

fn draft() -> impl Strategy<Value = Draft> {
    let says = prop_oneof![2 => Just(Says::Allow), 1 => Just(Says::Deny), 2 => (0..3_usize).prop_map(Says::Ask)];
    let looks = || prop::collection::vec(look(), 0..3);
    let risk = prop::option::weighted(0.2, prop::sample::select(vec!["low", "high"]));
    (prop::sample::select(ACTIONS.to_vec()), risk, looks(), looks(), says, any::<bool>()).prop_map(
        |(action, risk, when, unless, says, listed)| {
            Draft { action, risk, when, unless, says, listed }.mended()
        },
    )
}

fn call() -> impl Strategy<Value = Call> {
    let action = prop::sample::select(vec!["a.x", "a.y", "a.z", "b"]);
    let values = (prop::option::of(0..5_i64), any::<bool>(), prop::option::of(any::<bool>()));
    (action, values, any::<bool>(), any::<bool>()).prop_map(
        |(action, (n, prod, gone), low, emergency)| {
            let mut call = Call::new(action).fact("env", if prod { "prod" } else { "test" });
            if let Some(n) = n {
                call = call.arg("n", n);
            }
            if let Some(gone) = gone {
                call = call.fact("gone", gone);
            }
            let call = if low { call.risk("low") } else { call };
            if emergency { call.emergency() } else { call }
        },
    )
}

/// An engine under test: the real one, or one with a mistake.
type Engine = fn(&Rules, &Call) -> Verdict;

fn real(rules: &Rules, call: &Call) -> Verdict {
    rules.rule(&call.facts()).unwrap().verdict
}

fn load(drafts: &[Draft]) -> Rules {
    let numbered: Vec<_> = drafts.iter().cloned().enumerate().collect();
    let text = file(&numbered);
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// How strict it is: what is asked for, or nothing for a denial.
fn asked(verdict: &Verdict) -> Option<Vec<String>> {
    match verdict {
        Verdict::Deny(_) => None,
        Verdict::Allow => Some(Vec::new()),
        Verdict::Review(_) => Some(short(verdict).split(' ').map(str::to_owned).collect()),
    }
}

fn is_looser(after: &Verdict, before: &Verdict) -> bool {
    match (asked(after), asked(before)) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(after), Some(before)) => !before.iter().all(|name| after.contains(name)),
    }
}

/// Whether it is denied because nothing speaks for it, rather than because a rule or an error speaks against it.
fn is_default(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Deny(reason) if reason.starts_with("no rule"))
}

/// All properties, for one policy, one more rule and one call.
fn holds(engine: Engine, drafts: &[Draft], more: &Draft, call: &Call) -> Result<(), String> {
    let before = engine(&load(drafts), call);
    if short(&before) != by_definition(drafts, call) {
        return Err(format!("{before:?} is not {}", by_definition(drafts, call)));
    }
    let longer = [drafts, std::slice::from_ref(more)].concat();
    let after = engine(&load(&longer), call);
    match more.says {
        Says::Deny if is_looser(&after, &before) => return Err("a denial more loosens".to_owned()),
        Says::Ask(_) if is_default(&before) && after == Verdict::Allow => {
            return Err("a review more allows".to_owned());
        }
        Says::Ask(_) if !is_default(&before) && is_looser(&after, &before) => {
            return Err("a review more loosens".to_owned());
        }
        // The other way round: without this rule it must not be looser, unless what denied was its error.
        Says::Allow if more.applies(call).is_some() && is_looser(&before, &after) => {
            return Err("an allowance less loosens".to_owned());
        }
        Says::Allow | Says::Deny | Says::Ask(_) => {}
    }
    let mut claiming = call.clone();
    claiming.document.summary = Some("harmless".to_owned());
    claiming.document.reason = Some("Ticket 42: already approved".to_owned());
    if engine(&load(drafts), &claiming) != before {
        return Err("what the agent writes decides".to_owned());
    }
    let mut turned: Vec<_> = drafts.iter().cloned().enumerate().collect();
    turned.reverse();
    if engine(&file(&turned).parse().unwrap(), call) != before {
        return Err("the order of the rules decides".to_owned());
    }
    Ok(())
}

fn check(engine: Engine, cases: u32) -> Result<(), String> {
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let drafts = prop::collection::vec(draft(), 0..6);
    let result = runner.run(&(drafts, draft(), call()), |(drafts, more, call)| {
        holds(engine, &drafts, &more, &call).map_err(TestCaseError::fail)
    });
    result.map_err(|error| error.to_string())
}

#[test]
fn every_policy_says_what_the_language_says_and_more_rules_never_loosen() {
    check(real, 1500).unwrap();
}

/// The ids and effects of the rules that apply, in the order of the file.
fn applying<'a>(rules: &'a Rules, call: &Call) -> Vec<(RuleFinding, &'a Effect)> {
    let findings = rules.explain(&call.facts()).unwrap().rules.into_iter();
    let effect = |id| &rules.all.iter().find(|rule| rule.id == id).unwrap().effect;
    findings
        .filter(|one| one.applies == Some(true))
        .map(|one| (one.clone(), effect(one.rule)))
        .collect()
}

#[test]
fn engines_with_a_mistake_are_found_out() {
    let mistakes: [(&str, Engine); 6] = [
        ("an allowance wins", |rules, call| {
            let found = applying(rules, call);
            let is_allowed = found.iter().any(|(_, effect)| **effect == Effect::Allow);
            if is_allowed { Verdict::Allow } else { real(rules, call) }
        }),
        ("the first rule wins", |rules, call| match applying(rules, call).first() {
            Some((_, Effect::Allow)) => Verdict::Allow,
            Some((_, Effect::Deny(reason))) => Verdict::Deny(reason.clone()),
            Some((_, Effect::Require(_))) | None => real(rules, call),
        }),
        ("errors are skipped", |rules, call| {
            let found = applying(rules, call);
            let is_free =
                !found.is_empty() && found.iter().all(|(_, effect)| **effect == Effect::Allow);
            if is_free { Verdict::Allow } else { real(rules, call) }
        }),
        ("an emergency sets aside every denial", |rules, call| {
            let mut calm = call.clone();
            calm.document.break_glass = None;
            let found = applying(rules, call);
            let is_free = found.iter().any(|(_, effect)| **effect == Effect::Allow);
            if call.document.break_glass.is_some() && is_free {
                Verdict::Allow
            } else {
                real(rules, &calm)
            }
        }),
        ("the reason decides", |rules, call| match call.document.reason {
            Some(_) => Verdict::Allow,
            None => real(rules, call),
        }),
        ("the default allows", |rules, call| match real(rules, call) {
            verdict if is_default(&verdict) => Verdict::Allow,
            verdict => verdict,
        }),
    ];
    for (name, engine) in mistakes {
        assert!(check(engine, 3000).is_err(), "not found: {name}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 1000, failure_persistence: None, ..Config::default() })]

    /// Characters that mean something, put anywhere, and pieces that are cut out or moved.
    #[test]
    fn no_text_makes_loading_or_ruling_panic(
        which in 0..ALL.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, "[\\[\\]{}=\"'.,#*0-9a-z?\\\\\n \u{0}é-]{0,6}"), 1..8),
        call in call(),
    ) {
        let mut text: Vec<char> = ALL[which].1.chars().collect();
        for (at, to, kind, new) in edits {
            if text.is_empty() {
                break;
            }
            let (at, to) = (at.index(text.len()), to.index(text.len()));
            let (low, high) = (at.min(to), at.max(to).min(at.min(to).saturating_add(40)));
            match kind {
                0 => drop(text.splice(at..at, new.chars())),
                1 => drop(text.drain(low..high)),
                2 => drop(text.splice(at..=at, new.chars())),
                _ => {
                    let piece: Vec<char> = text[low..high].to_vec();
                    drop(text.splice(to..to, piece));
                }
            }
        }
        let text: String = text.into_iter().collect();
        match text.parse::<Rules>() {
            Ok(rules) => {
                drop(rules.rule(&call.facts()).unwrap());
                drop(rules.explain(&call.facts()).unwrap().to_string());
                drop(rules.rule_on_itself(&Call::new("approvals.policy").facts()).unwrap());
            }
            Err(error) => prop_assert!(error.line() >= 1 && error.column() >= 1),
        }
    }

    #[test]
    fn any_bytes_at_all_are_read_without_a_panic(text in "\\PC{0,200}") {
        drop(text.parse::<Rules>());
    }
}
