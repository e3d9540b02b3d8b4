//! What may be looser in a policy, as far as its words alone show.

use std::collections::{BTreeMap, BTreeSet};

use approvals_core::{Obligation, Obligations};

/// Every name under which a policy says something, and what.
type Words = BTreeMap<String, String>;

/// An obligation, and the seats of groups that facts name, which are told behind it.
pub(super) fn template(text: &str) -> Option<(Obligation, &str)> {
    let mut json = serde_json::Deserializer::from_str(text).into_iter::<Obligation>();
    let obligation = json.next()?.ok()?;
    Some((obligation, text.get(json.byte_offset()..)?.trim()))
}

/// The obligations that are not as strict as those of the same name were, the denials that are gone or not the
/// same, and the rules that ask for less.
pub(super) fn names(old: &Words, new: &Words) -> Vec<String> {
    let is_looser = |(name, was): &(&String, &String)| {
        let now = new.get(*name);
        if now == Some(was) {
            false
        } else if name.starts_with("obligation ") {
            now.is_some_and(|now| !is_as_strict(now, was))
        } else {
            name.starts_with("rule ") && asks_less(now, was)
        }
    };
    old.iter().filter(is_looser).map(|(name, _)| name.clone()).collect()
}

/// `false` also where it cannot be shown.
fn is_as_strict(now: &str, was: &str) -> bool {
    let Some(((now, now_from), (was, was_from))) = template(now).zip(template(was)) else {
        return false;
    };
    // One more seat in each, so that those whose groups facts name are not taken for such as nobody can fill.
    let seated = |one: Obligation| one.seats("one-more", 1).map(|one| Obligations::new([one]));
    (was_from.is_empty() || now_from == was_from)
        && seated(now).is_ok_and(|now| seated(was).is_ok_and(|was| now.are_as_strict_as(&was)))
}

/// Whether a rule lets more through than it did, other than by its conditions.
fn asks_less(now: Option<&String>, was: &str) -> bool {
    match (was.split_once(' '), now.and_then(|now| now.split_once(' '))) {
        (Some(("deny", _)), _) | (Some(("require", _)), Some(("allow", _))) => true,
        (Some(("require", was)), Some(("require", now))) => {
            !required(was).is_subset(&required(now))
        }
        (_, _) => false,
    }
}

fn required(rule: &str) -> BTreeSet<&str> {
    let names = rule.split_once(" for ").map_or(rule, |(names, _)| names);
    names.split(" and ").collect()
}

#[cfg(test)]
mod tests {
    use approvals_core::Rules;

    use super::*;

    const OLD: &str = r#"
version = 1
default = "deny"
[facts]
"team.name" = "string"
[obligation.two]
quorum = [{ group = "ops", count = 2 }]
[obligation.team]
quorum = [{ group_from = "team.name", count = 1 }]
[[rule]]
id = "exports"
action = "s3.export"
require = ["two", "team"]
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "drops"
action = "db.drop"
effect = "deny"
reason = "never"
"#;

    fn loosened(from: &str, to: &str) -> Vec<String> {
        assert!(OLD.contains(from), "{from}");
        let words = |text: &str| text.parse::<Rules>().unwrap().in_words();
        names(&words(OLD), &words(&OLD.replace(from, to)))
    }

    #[test]
    fn what_asks_for_less_under_the_same_name_is_named_and_what_asks_for_more_is_not() {
        for (from, to, name) in [
            ("count = 2", "count = 1", "obligation two"),
            ("count = 2 }]", "count = 2 }]\nexecute_within = \"1h\"", "obligation two"),
            ("count = 1 }]", "count = 1 }]\napprove_within = \"2h\"", "obligation team"),
            ("group_from = \"team.name\"", "group = \"ops\"", "obligation team"),
            ("require = [\"two\", \"team\"]", "require = [\"two\"]", "rule exports"),
            ("require = [\"two\", \"team\"]", "effect = \"allow\"", "rule exports"),
            ("action = \"db.drop\"", "action = \"db.dump\"", "rule drops"),
            ("id = \"drops\"", "id = \"dumps\"", "rule drops"),
            ("effect = \"deny\"\nreason = \"never\"", "effect = \"allow\"", "rule drops"),
        ] {
            assert_eq!(loosened(from, to), [name], "{to}");
        }
        for (from, to) in [
            ("count = 2", "count = 3"),
            ("count = 1 }]", "count = 1 }]\nveto = 1"),
            ("count = 1 }]", "count = 1 }, { group = \"ops\", count = 1 }]"),
            ("id = \"reads\"", "id = \"looks\""),
            ("effect = \"allow\"", "effect = \"deny\"\nreason = \"no\""),
            ("effect = \"allow\"", "require = [\"two\"]"),
        ] {
            assert_eq!(loosened(from, to), [] as [&str; 0], "{to}");
        }
    }
}
