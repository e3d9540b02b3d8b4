//! What loads and is probably a mistake.

use std::collections::BTreeSet;

use super::Rules;
use super::field::Field;
use super::pattern::Pattern;
use super::rule::Rule;
use crate::action::id::{FactName, RuleId};

impl Rules {
    /// What loads and is probably a mistake, each in a sentence: words that nothing uses, rules about actions that are not declared, and no tests at all. None of it changes what the policy says.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        let used = self.required();
        let unused = self.words.obligations.keys().filter(|name| !used.contains(name));
        let unused = unused.map(|name| {
            format!("the obligation `{name}` is never required; require it, or remove it")
        });
        let read = self.facts_read();
        let unread = self.words.facts.keys().filter(|name| !read.contains(name));
        let unread = unread.map(|name| {
            format!("no rule looks at the fact `{name}`, and yet a call without it is denied; remove it, or write `?` after its type")
        });
        let silent = self.words.actions.keys().filter(|name| self.about(name).is_empty());
        let silent = silent
            .map(|name| format!("no rule is about the action `{name}`, so it is always denied"));
        let untested = self.tests.is_empty().then(|| {
            "there are no tests; give the rules some, so that a mistake does not load".to_owned()
        });
        unused.chain(unread).chain(silent).chain(self.undeclared()).chain(untested).collect()
    }

    fn required(&self) -> BTreeSet<&RuleId> {
        let emergency = self.words.break_glass.iter().flat_map(|one| &one.require);
        self.all.iter().flat_map(|rule| rule.effect.names()).chain(emergency).collect()
    }

    fn facts_read(&self) -> BTreeSet<&FactName> {
        let conditions = self.all.iter().flat_map(|rule| rule.when.iter().chain(&rule.unless));
        let by_rules = conditions.filter_map(|condition| match &condition.field {
            Field::Fact(name, _) => Some(name),
            Field::Argument(..)
            | Field::RequesterId
            | Field::RequesterKind
            | Field::RequesterGroups
            | Field::OnBehalfOf
            | Field::Resource
            | Field::Origin
            | Field::Tags
            | Field::ReviewRequired => None,
        });
        let by_obligations = self.words.obligations.values().flat_map(|template| {
            let groups = template.seats_from.iter().map(|(name, _)| name);
            groups.chain(&template.obligation.ask_first)
        });
        by_rules.chain(by_obligations).collect()
    }

    /// Rules about one action that is not among those declared, if any are.
    fn undeclared(&self) -> impl Iterator<Item = String> {
        let actions = &self.words.actions;
        let unknown = move |rule: &&Rule| match &rule.action {
            Pattern::Exactly(name) => !name.is_reserved() && !actions.contains_key(name),
            Pattern::Below(_) | Pattern::Any => false,
        };
        let rules = self.all.iter().filter(move |_| !actions.is_empty()).filter(unknown);
        rules.map(|rule| {
            format!(
                "rule `{}` is about `{}`, which is not declared; is the name right? Rules cannot look at its arguments",
                rule.id, rule.action
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(text: &str) -> Vec<String> {
        let head = "version = 1\ndefault = \"deny\"\n";
        format!("{head}{text}").parse::<Rules>().unwrap().doubts()
    }

    #[test]
    fn what_nothing_uses_is_doubted_and_what_is_used_is_not() {
        let found = doubts(
            r#"
            [action."a.used"]
            args = {}
            [action."a.silent"]
            args = {}
            [facts]
            "f.read" = "string"
            "f.group" = "string"
            "f.first" = "strings"
            "f.unread" = "string"
            [obligation.used]
            quorum = [{ group_from = "f.group", count = 1 }]
            ask_first = "f.first"
            [obligation.unused]
            quorum = [{ group = "g", count = 1 }]
            [[rule]]
            id = "r"
            action = "a.used"
            when = [{ field = "f.read", eq = "x" }]
            require = ["used"]
            [[rule]]
            id = "typo"
            action = "a.usde"
            effect = "allow"
            "#,
        );
        let beginnings = [
            "the obligation `unused` is never required",
            "no rule looks at the fact `f.unread`",
            "no rule is about the action `a.silent`",
            "rule `typo` is about `a.usde`",
            "there are no tests",
        ];
        assert_eq!(found.len(), beginnings.len(), "{found:?}");
        for (found, expected) in found.iter().zip(beginnings) {
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn a_policy_with_all_it_needs_is_not_doubted() {
        let text = "[[rule]]\nid = \"r\"\naction = \"a.b\"\neffect = \"allow\"\ntest = [{ expect = \"allow\" }]\n";
        assert_eq!(doubts(text), Vec::<String>::new());
    }
}
