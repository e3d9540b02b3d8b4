//! Rules in words: two that differ never read the same, whatever their author calls things.

use std::collections::BTreeMap;

use super::Rules;

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
