//! What a file of tokens may say.

use super::*;

const HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

fn row(more: &str) -> String {
    format!(
        "version = 1\n\n[requester.deployer]\nhash = \"{HASH}\"\nprincipal = {{ id = \"agent:deployer\", kind = \"agent\", groups = [\"bots\"] }}\n{more}"
    )
}

#[test]
fn a_file_says_whose_a_token_is_and_what_it_is_for() {
    let text = row(
        "on_behalf_of = [{ id = \"u:mira\", kind = \"human\" }]\nactions = [\"s3.export\", \"app.*\"]\nrisk = \"critical\"\nexpires = \"2031-01-01T00:00:00Z\"\n\n[auditor.siem]\nhash = \"sha256:1111111111111111111111111111111111111111111111111111111111111111\"\n",
    );
    let roll: Roll = text.parse().unwrap();
    let entry = &roll.requesters[&HASH.parse().unwrap()];
    assert_eq!(entry.requester.principal().id().as_str(), "agent:deployer");
    assert_eq!(entry.requester.chain()[0].id().as_str(), "u:mira");
    assert!(entry.scopes.iter().any(|scope| scope.covers("app.deploy")));
    assert_eq!((entry.risk, entry.expires.is_some()), (Risk::Critical, true));
    assert_eq!(roll.auditors.len(), 1);
}

#[test]
fn a_file_that_could_be_read_in_two_ways_is_refused_with_the_place() {
    let scoped = |scope: &str| row(&format!("actions = [{scope}]\n"));
    for (text, line) in [
        ("version = 2".to_owned(), 1),
        (row(""), 3),
        (scoped(""), 6),
        (scoped("\"*\""), 6),
        (scoped("\"approvals.*\""), 6),
        (scoped("\"approvals.policy\""), 6),
        (scoped("\"s3.*\"").replace("kind = \"agent\"", "kind = \"root\""), 5),
        (scoped("\"s3.*\"").replace("sha256:0", "apr_req_"), 4),
        (format!("{}admin = true\n", scoped("\"s3.*\"")), 7),
        (format!("{}expires = \"soon\"\n", scoped("\"s3.*\"")), 7),
        (format!("{}[auditor.siem]\nhash = \"{HASH}\"\n", scoped("\"s3.*\"")), 8),
        (format!("{}hash = \"{HASH}\"\n", scoped("\"s3.*\"")), 7),
    ] {
        let error = text.parse::<Roll>().unwrap_err();
        assert_eq!(error.line(), line, "{error}\n{text}");
    }
}

#[test]
fn a_token_that_stands_in_the_place_of_its_digest_is_not_quoted() {
    let text = row("actions = [\"s3.*\"]\n").replace(HASH, "apr_req_CANARY");
    let error = text.parse::<Roll>().unwrap_err().to_string();
    assert!(!error.contains("CANARY"), "{error}");
}
