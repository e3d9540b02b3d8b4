//! Rules in words: two that differ never read the same, whatever their author calls things.

use std::collections::BTreeMap;

use super::Rules;
use super::field::Field;
use super::pattern::Pattern;
use super::support::{Call, short};
use crate::action::document::Document;
use crate::policy::policy::Policy as _;

/// What rules are made of, as pieces of a name or a reason.
const PIECES: [&str; 6] = ["a", "b", " gt 0 and args.", " gt 0) unless args.", "\"", "\\"];

/// All that can be made of up to so many pieces.
fn made_of(most: usize) -> Vec<String> {
    let mut made: Vec<String> = PIECES.map(str::to_owned).to_vec();
    let mut last = made.clone();
    for _ in 1..most {
        let longer = |text: &String| PIECES.map(|piece| format!("{text}{piece}"));
        last = last.iter().flat_map(longer).collect();
        made.extend(last.clone());
    }
    made
}

/// Rules that all differ: what follows `id` and `action` in each.
fn bodies() -> Vec<String> {
    let look = |name: &str| format!("{{ field = {:?}, gt = 0 }}", format!("args.{name}"));
    let names = made_of(3);
    let looks: Vec<String> = names.iter().map(|name| look(name)).collect();
    let few: Vec<String> = made_of(1).iter().map(|name| look(name)).collect();
    let twos = few.iter().flat_map(|one| few.iter().map(move |two| format!("{one}, {two}")));
    let whens = || looks.iter().cloned().chain(twos.clone());
    let denies =
        |when: String, reason: &str| format!("effect = \"deny\"\nreason = {reason:?}\n{when}");
    let when = |looks: String| format!("when = [{looks}]\n");
    let mut bodies: Vec<String> = whens().map(|looks| denies(when(looks), "r")).collect();
    bodies.extend(names.iter().map(|reason| denies(String::new(), reason)));
    for reason in &made_of(2) {
        bodies.extend(few.iter().map(|look| denies(when(look.clone()), reason)));
    }
    bodies.extend(whens().map(|looks| format!("require = [\"one\"]\n{}", when(looks))));
    bodies.extend(whens().map(|looks| format!("effect = \"allow\"\nunless = [{looks}]\n")));
    bodies
}

/// The words of all these rules, each loaded on its own terms.
fn words(bodies: &[String]) -> Vec<String> {
    let arguments: Vec<String> =
        made_of(3).iter().map(|name| format!("{name:?} = \"integer\"")).collect();
    let head = format!(
        "version = 1\ndefault = \"deny\"\n[obligation.one]\nquorum = [{{ group = \"g\", count = 1 }}]\n\
         [action.x]\nargs = {{ {} }}\n",
        arguments.join(", ")
    );
    let file = |bodies: &[String]| {
        let rule = |(at, body)| format!("[[rule]]\nid = \"r{at:03}\"\naction = \"x\"\n{body}");
        let rules: String = bodies.iter().enumerate().map(rule).collect();
        let rules: Rules = format!("{head}{rules}").parse().unwrap();
        rules.all.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    bodies.chunks(999).flat_map(file).collect()
}

/// Two rules that read the same, if there are any.
fn twins(bodies: &[String], words: impl IntoIterator<Item = String>) -> Option<String> {
    let mut read = BTreeMap::new();
    bodies.iter().zip(words).find_map(|(body, words)| {
        let other = read.insert(words.clone(), body)?;
        Some(format!("{words}\n---\n{other}\n---\n{body}"))
    })
}

#[test]
fn two_rules_that_differ_never_read_the_same() {
    let bodies = bodies();
    assert_eq!(twins(&bodies, words(&bodies)), None);
}

#[test]
fn words_without_quotes_or_without_escapes_are_found_out() {
    let bodies = bodies();
    let words = words(&bodies);
    for left_out in ['"', '\\'] {
        assert!(twins(&bodies, words.iter().map(|one| one.replace(left_out, ""))).is_some());
    }
}

/// Rules that know an action, its argument and a fact.
fn known() -> Rules {
    let text = "version = 1\ndefault = \"deny\"\n[action.\"s3.export\"]\nargs = { rows = \"integer\" }\n\
                [facts]\n\"env.name\" = \"string\"\n[[rule]]\nid = \"x\"\naction = \"s3.export\"\neffect = \"allow\"\n";
    text.parse().unwrap()
}

#[test]
fn the_words_of_rules_are_those_that_they_declare() {
    let rules = known();
    let actions: Vec<_> = rules.vocabulary().actions().map(|(name, _)| name.as_str()).collect();
    let facts: Vec<_> = rules.vocabulary().facts().map(|(name, _)| name.as_str()).collect();
    assert_eq!((actions, facts), (vec!["s3.export"], vec!["env.name"]));
}

#[test]
fn a_value_of_another_type_than_its_field_has_is_told_by_the_name_of_the_field() {
    let rules = known();
    let about = Pattern::Exactly("s3.export".parse().unwrap());
    let problem = |name: &str, call: &Call| {
        let field = Field::find(name, &about, rules.vocabulary()).unwrap();
        field.read(&call.facts()).err()
    };
    let call = Call::new("s3.export").arg("rows", "many").fact("env.name", 1);
    assert_eq!(problem("args.rows", &call).as_deref(), Some("`args.rows` is not of type integer"));
    assert_eq!(problem("env.name", &call).as_deref(), Some("`env.name` is not of type string"));
}

#[test]
fn what_the_author_says_of_a_call_is_seen_where_it_asks_for_more() {
    let text = "version = 1\ndefault = \"deny\"\n[obligation.one]\nquorum = [{ group = \"ops\", count = 1 }]\n\
        [[rule]]\nid = \"usual\"\naction = \"a\"\neffect = \"allow\"\n\
        [[rule]]\nid = \"money\"\naction = \"a\"\nrequire = [\"one\"]\n\
        when = [{ field = \"tags\", contains = \"money\" }]\n\
        test = [{ given = { tags = [\"money\"] }, expect = \"review\" }, { given = { tags = [\"x\"] }, expect = \"allow\" }]\n\
        [[rule]]\nid = \"told\"\naction = \"a\"\nrequire = [\"one\"]\n\
        when = [{ field = \"review_required\", eq = true }]\n\
        test = [{ given = { review_required = true }, expect = \"review\" }, { given = { review_required = false }, expect = \"allow\" }]\n";
    let rules: Rules = text.parse().unwrap();
    let says = |change: fn(&mut Document)| {
        let mut call = Call::new("a");
        change(&mut call.document);
        short(&rules.rule(&call.facts()).unwrap().verdict)
    };
    assert_eq!(says(|_| ()), "allow");
    assert_eq!(says(|call| call.tags = ["money".to_owned()].into()), "one");
    assert_eq!(says(|call| call.tags = ["other".to_owned()].into()), "allow");
    assert_eq!(says(|call| call.review_required = true), "one");
    for wrong in ["tags = \"money\"", "review_required = \"yes\""] {
        let broken = text.replacen("tags = [\"money\"]", wrong, 1);
        let problem = broken.parse::<Rules>().unwrap_err().to_string();
        assert!(problem.contains("is of type"), "{problem}");
    }
    // What a gate would deny is no passing test, whatever the rules by themselves say.
    let (usual, _) = text.split_once("[[rule]]\nid = \"money\"").unwrap();
    let alone =
        usual.to_owned() + "test = [{ given = { review_required = true }, expect = \"allow\" }]\n";
    let problem = alone.parse::<Rules>().unwrap_err().to_string();
    assert!(problem.contains("gets deny (its author wants people to be asked"), "{problem}");
}
