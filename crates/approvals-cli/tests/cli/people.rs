//! Files of people.

use std::fs;

use crate::program::{approvals_in, folder};

const GOOD: &str = "version = 1\n[person.\"u:mira\"]\nkind = \"human\"\ngroups = [\"ops\"]\nalso_known_as = [\"u:m\"]\nidentities = [\"os:uid:1\", \"slack:U1\"]\n[person.\"bot\"]\nkind = \"service\"\nidentities = [\"os:uid:2\"]\n";

#[test]
fn who_is_in_a_file_is_told() {
    let folder = folder("people");
    fs::write(folder.join("people.toml"), GOOD).unwrap();
    let text = approvals_in(&folder, ["people", "check", "people.toml"]).ok().out;
    assert_eq!(
        text,
        "ok: people.toml\n  bot (a service: approves nothing)\n    known as   os:uid:2\n  u:mira\n    groups     ops\n    \
         also       u:m\n    known as   os:uid:1, slack:U1\n"
    );
    let json = approvals_in(&folder, ["people", "check", "people.toml", "--json"]).ok().json();
    assert_eq!(json["people"][1]["identities"], serde_json::json!(["os:uid:1", "slack:U1"]));
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let folder = folder("people-wrong");
    fs::write(folder.join("people.toml"), GOOD.replace("os:uid:2", "slack:U1")).unwrap();
    let ran = approvals_in(&folder, ["people", "check", "people.toml"]);
    let ran = ran.refused(1, "people.toml:6:27: this identity stands here twice");
    assert!(ran.err.contains("\n     6 | identities = "), "{}", ran.err);
    fs::write(folder.join("binary"), [0xff, 0xfe]).unwrap();
    approvals_in(&folder, ["people", "check", "binary"]).refused(2, "cannot be read");
    approvals_in(&folder, ["people", "check", "absent"]).refused(2, "cannot be read");
}
