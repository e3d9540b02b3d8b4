use super::*;
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::principal::{Principal, Requester};
use crate::policy::fact::FactSet;

const WORDS: &str = r#"
version = 1
default = "deny"
[action."s3.export"]
args = { rows = "integer", filter = "any", note = "string?" }
[facts]
"env.name" = "string"
"#;

/// What the words say to a call with these arguments, and these facts.
fn check(arguments: &str, known: &FactSet) -> Result<(), String> {
    let words: Vocabulary = WORDS.parse().unwrap();
    let call = format!(
        r#"{{"action":"s3.export","arguments":{arguments},"log":"l","on_behalf_of":[],"redacted":{{}},
        "requester":"agent:a","risk":"low","unbound":[]}}"#
    );
    let document = Document::parse(call.as_bytes()).unwrap();
    let requester = Requester::new(Principal::agent("agent:a").unwrap());
    let facts = Facts::new(&document, &requester, Timestamp::from_millis(0)).with(known);
    words.check(&facts).map_err(|error| {
        std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default()
    })
}

#[test]
fn what_is_declared_must_be_there_and_of_its_type_and_nothing_else_may_be() {
    let prod = FactSet::from([("env.name".parse().unwrap(), "prod".into())]);
    let wrong = FactSet::from([("env.name".parse().unwrap(), 1.into())]);
    let more = |mut known: FactSet| {
        known.insert("other".parse().unwrap(), true.into());
        known
    };
    for (arguments, known, expected) in [
        (r#"{"filter":null,"rows":1}"#, &prod, Ok(())),
        (r#"{"filter":[1],"note":"x","rows":1}"#, &more(prod.clone()), Ok(())),
        (r#"{"filter":{},"note":null,"rows":1}"#, &prod, Ok(())),
        (r#"{"filter":1,"rows":null}"#, &prod, Err("argument `rows` is not of its declared type")),
        (r#"{"filter":1,"rows":1.5}"#, &prod, Err("argument `rows` is not of its declared type")),
        (
            r#"{"filter":1,"note":1,"rows":1}"#,
            &prod,
            Err("argument `note` is not of its declared type"),
        ),
        (r#"{"rows":1}"#, &prod, Err("argument `filter` is missing")),
        (
            r#"{"filter":1,"more":1,"rows":1}"#,
            &prod,
            Err("argument `more` of `s3.export` is not declared"),
        ),
        (r#"{"filter":1,"rows":1}"#, &FactSet::new(), Err("fact `env.name` is missing")),
        (r#"{"filter":1,"rows":1}"#, &wrong, Err("fact `env.name` is not of its declared type")),
    ] {
        assert_eq!(
            check(arguments, known),
            expected.map_err(str::to_owned),
            "{arguments} {known:?}"
        );
    }
}
