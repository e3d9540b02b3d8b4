use proptest::prelude::*;

use super::*;

const MIRA: &str = "version = 1\n[person.\"u:mira\"]\nkind = \"human\"\ngroups = [\"ops\"]\n";

fn error(text: &str) -> (usize, usize, String) {
    let error = text.parse::<StaticDirectory>().unwrap_err();
    (error.line(), error.column(), error.message().to_owned())
}

#[test]
fn a_person_has_all_that_the_file_says() {
    let text = format!(
        "{MIRA}since = {{ ops = \"2026-01-01T00:00:00Z\" }}\nalso_known_as = [\"u:m\"]\nidentities = [\"slack:T1/U42\", \"os:uid:1000\"]\n"
    );
    let people: StaticDirectory = text.parse().unwrap();
    let known: Vec<_> = people.identities().collect();
    let (identity, mira) = known[0];
    assert_eq!((identity.channel(), identity.subject()), ("os", "uid:1000"));
    assert_eq!((known.len(), known[1].1), (2, mira));
    assert!(mira.is_human() && mira.is_in(&"ops".parse().unwrap()));
    assert_eq!(mira.since(&"ops".parse().unwrap()), "2026-01-01T00:00:00Z".parse().ok());
    assert!(mira.is_same_person(&Principal::human("u:m").unwrap()));
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    let person = |lines: &str| format!("{MIRA}{lines}\n");
    let with = |rest: &str| person(&format!("identities = [\"a:b\"]\n{rest}"));
    for (text, line, column, part) in [
        ("version = 2".to_owned(), 1, 11, "version = 1"),
        ("version = 1\npeople = 3".to_owned(), 2, 1, "unknown field"),
        (person(""), 2, 1, "identities"),
        (person("identities = []"), 5, 14, "nobody could tell"),
        (person("identities = [\"mira\"]"), 5, 15, "a colon"),
        (person("identities = [\"a:\"]"), 5, 15, "visible ASCII"),
        (person("identities = [\"a:b\", \"a:b\"]"), 5, 22, "twice"),
        (with("since = { dba = \"2026-01-01T00:00:00Z\" }"), 6, 11, "not in this group"),
        (with("since = { ops = \"yesterday\" }"), 6, 17, "RFC 3339"),
        (with("also_known_as = [\"u:mira\"]"), 6, 18, "twice"),
        (with("role = \"admin\""), 6, 1, "unknown field"),
        (with("[person.\"u:x\"]\nkind = \"human\"\nidentities = [\"a:b\"]"), 8, 15, "one person"),
        (with("[person.\"u x\"]\nkind = \"human\"\nidentities = [\"a:c\"]"), 6, 9, "principal id"),
        (with("[person.\"u:x\"]\nkind = \"robot\"\nidentities = [\"a:c\"]"), 7, 8, "robot"),
    ] {
        let (at, in_line, message) = error(&text);
        assert_eq!((at, in_line), (line, column), "{text}\n{message}");
        assert!(message.contains(part), "{message}");
    }
    assert!(error(&" ".repeat(MAX_FILE + 1)).2.contains("larger"));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(version = 1\n)?(\\[person.\"u:[a-z]{0,2}\"\\]\n)?\\PC{0,200}") {
        drop(text.parse::<StaticDirectory>());
    }
}
