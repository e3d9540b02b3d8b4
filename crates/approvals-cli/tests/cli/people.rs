//! Files of people.

use std::fs;

use crate::program::{approvals_in, fits, folder};

const GOOD: &str = "version = 1\n[person.\"u:mira\"]\nkind = \"human\"\ngroups = [\"ops\"]\nalso_known_as = [\"u:m\"]\nidentities = [\"os:uid:1\", \"slack:T1/U1\"]\n[person.\"bot\"]\nkind = \"service\"\nidentities = [\"os:uid:2\"]\n";

#[test]
fn who_is_in_a_file_is_told() {
    let folder = folder("people");
    fs::write(folder.join("people.toml"), GOOD).unwrap();
    let text = approvals_in(&folder, ["people", "check", "people.toml"]).ok().out;
    assert_eq!(
        text,
        "ok: people.toml\n  bot (a service: approves nothing)\n    known as   os:uid:2\n  u:mira\n    groups     ops\n    \
         also       u:m\n    known as   os:uid:1, slack:T1/U1\n"
    );
    let json = approvals_in(&folder, ["people", "check", "people.toml", "--json"]).ok().json();
    assert_eq!(json["people"][1]["identities"], serde_json::json!(["os:uid:1", "slack:T1/U1"]));
}

/// What is doubted of this identity, in both forms of the report.
fn doubts(identity: &str) -> Vec<String> {
    let folder = folder("people-doubts");
    fs::write(folder.join("people.toml"), GOOD.replace("slack:T1/U1", identity)).unwrap();
    let json = approvals_in(&folder, ["people", "check", "people.toml", "--json"]).ok().json();
    let text = approvals_in(&folder, ["people", "check", "people.toml"]).ok().out;
    let doubts = json["doubts"].as_array().unwrap_or_else(|| panic!("{json}"));
    assert_eq!(text.matches("\n  doubt: ").count(), doubts.len(), "{text}");
    assert!(fits(&text), "{text}");
    doubts.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_identity_of_slack_that_no_click_can_have_is_doubted_and_is_0() {
    let good = "slack:T1/U42 slack:E0A1/W9 slack-eu:T1/U42 pager:mira slackers:mira os:uid:7";
    for good in good.split(' ') {
        assert_eq!(doubts(good), Vec::<String>::new(), "{good}");
    }
    let wrong = "slack:mira slack:U1 slack:T1/mira slack:T1/ slack:T/U1 slack:T1/U slack:t1/u1 \
                 slack:T1/U1/C1 slack:T1:U1 slack:@mira slack-eu:mira slack:C1/U1";
    for wrong in wrong.split(' ') {
        let (channel, _) = wrong.split_once(':').unwrap();
        let expected = format!("`{wrong}` is not `{channel}:T.../U...`, so no click can be theirs");
        assert_eq!(doubts(wrong), [expected]);
    }
}

#[test]
fn an_identity_of_teams_that_no_click_can_have_is_doubted_and_is_0() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let user = "1c9e5a52-7a0f-4a61-8f5e-0d3b6a2e9c44";
    for good in [format!("teams:{tenant}/{user}"), format!("teams-eu:{tenant}/{user}")] {
        assert_eq!(doubts(&good), Vec::<String>::new(), "{good}");
    }
    for wrong in [
        format!("{tenant}/mira@example.com"),
        format!("{tenant}/{}", user.to_uppercase()),
        format!("{}/{user}", tenant.to_uppercase()),
        user.to_owned(),
        format!("{tenant}/{user}/"),
        "mira".to_owned(),
    ] {
        let found = doubts(&format!("teams:{wrong}"));
        assert!(found.len() == 1 && found[0].contains("so no click can be theirs"), "{found:?}");
    }
}

#[test]
fn a_channel_whose_name_is_nearly_a_known_one_is_doubted() {
    for known in ["slack", "slack-2", "terminal", "web", "web-2", "http", "pager"] {
        assert_eq!(doubts(&format!("{known}:T1/U1")), Vec::<String>::new(), "{known}");
    }
    let slips = "Slack:slack SLACK:slack slak:slack salck:slack slacks:slack Slack-eu:slack-eu \
                 Terminal:terminal termnal:terminal team:teams Web:web HTTP:http https:http";
    for slip in slips.split(' ') {
        let (slip, meant) = slip.split_once(':').unwrap();
        let found = doubts(&format!("{slip}:T1/U1"));
        assert_eq!(found.len(), 1, "{slip}: {found:?}");
        assert!(found[0].ends_with(&format!("did you mean `{meant}`?")), "{slip}: {found:?}");
    }
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let folder = folder("people-wrong");
    fs::write(folder.join("people.toml"), GOOD.replace("os:uid:2", "slack:T1/U1")).unwrap();
    let ran = approvals_in(&folder, ["people", "check", "people.toml"]);
    let ran = ran.refused(1, "people.toml:6:27: this identity stands here twice");
    assert!(ran.err.contains("\n     6 | identities = "), "{}", ran.err);
    fs::write(folder.join("binary"), [0xff, 0xfe]).unwrap();
    approvals_in(&folder, ["people", "check", "binary"]).refused(2, "cannot be read");
    approvals_in(&folder, ["people", "check", "absent"]).refused(2, "cannot be read");
}
