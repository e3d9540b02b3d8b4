//! What the program writes: as whom, with which keys, and that nobody else can.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt};
use std::path::Path;

use approvals_core::{Digest, Keyring, LocalSigner};

use crate::program::Ran;
use crate::specimen::Specimen;
use crate::story;

fn write_keys(dir: &Path, keys: &Keyring) {
    fs::create_dir(dir).unwrap();
    let write = |name: &str, key: &LocalSigner| {
        let mut options = fs::OpenOptions::new();
        let mut file =
            options.write(true).create_new(true).mode(0o600).open(dir.join(name)).unwrap();
        file.write_all(key.to_pem().unwrap().as_bytes()).unwrap();
    };
    write("log.pem", &keys.log);
    write("recorder.pem", &keys.recorder);
    write("grant.pem", &keys.grant);
}

/// The user of this test, as a person of this id in this group.
fn write_people(specimen: &Specimen, id: &str, group: &str) {
    let user = rustix::process::geteuid().as_raw();
    let text = format!(
        "version = 1\n[person.\"{id}\"]\nkind = \"human\"\ngroups = [\"{group}\"]\nidentities = [\"os:uid:{user}\"]\n"
    );
    let path = specimen.folder.join("people.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    fs::set_permissions(&specimen.folder, PermissionsExt::from_mode(0o755)).unwrap();
}

fn ready(specimen: Specimen, id: &str, group: &str) -> Specimen {
    write_keys(&specimen.folder.join("keys"), &story::keys());
    write_people(&specimen, id, group);
    specimen
}

fn say(specimen: &Specimen, arguments: &[&str], reason: &str) -> Ran {
    let claim = ["--keys", "keys", "--people", "people.toml", "--reason", reason];
    specimen.run(&[arguments, &claim].concat())
}

#[test]
fn whoever_was_asked_resolves_what_is_unknown_once_and_the_log_holds() {
    let specimen = ready(Specimen::new("resolve"), "u:boss", "ops");
    let id = specimen.request("mail.send").to_string();
    let events = specimen.count();
    let text = say(&specimen, &["resolve", &id, "--done"], "it is in the outbox").ok().out;
    assert!(text.starts_with("resolved: it was carried out\n  by       os:uid:"), "{text}");
    assert_eq!(specimen.count(), events + 1, "one statement; no key, and no policy");
    let shown = specimen.run(&["show", &id]).ok().out;
    assert!(shown.contains("RESOLVED: it was carried out, says u:boss\n"), "{shown}");
    assert!(shown.contains("\"it is in the outbox\""), "{shown}");
    specimen.run(&["log", "verify", "approvals.db"]).ok();
    let unknown = specimen.run(&["pending", "--unknown"]).ok().out;
    assert_eq!(unknown, "nothing is unknown\n");
    say(&specimen, &["resolve", &id, "--not-done"], "no")
        .refused(1, "what became of it is known already");
    let waiting = specimen.request("payments.refund").to_string();
    say(&specimen, &["resolve", &waiting, "--done"], "x").refused(1, "it has not started");
    assert_eq!(specimen.count(), events + 1);
}

#[test]
fn nobody_else_states_anything() {
    for (name, person, group, why) in [
        ("resolve-outsider", "u:boss", "sales", "in none of the groups"),
        ("resolve-owner", "u:owner", "ops", "you took part in this"),
    ] {
        let specimen = ready(Specimen::new(name), person, group);
        let (id, events) = (specimen.request("mail.send").to_string(), specimen.count());
        say(&specimen, &["resolve", &id, "--done"], "x").refused(1, why);
        assert_eq!(specimen.count(), events);
    }
    let specimen = ready(Specimen::new("resolve-stranger"), "u:boss", "ops");
    let stranger =
        "version = 1\n[person.\"u:x\"]\nkind = \"human\"\nidentities = [\"os:uid:4294967294\"]\n";
    fs::write(specimen.folder.join("people.toml"), stranger).unwrap();
    let id = specimen.request("mail.send").to_string();
    say(&specimen, &["resolve", &id, "--done"], "x").refused(1, "is not known to the directory");
    say(&specimen, &["stop", "--everything"], "x").refused(1, "is not known to the directory");
}

#[test]
fn keys_that_others_can_read_or_of_another_log_write_nothing() {
    let specimen = ready(Specimen::new("statement-keys"), "u:boss", "ops");
    let (id, events) = (specimen.request("mail.send").to_string(), specimen.count());
    let key = specimen.folder.join("keys/recorder.pem");
    fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
    say(&specimen, &["resolve", &id, "--done"], "x").refused(2, "can be read by others");
    fs::remove_dir_all(specimen.folder.join("keys")).unwrap();
    say(&specimen, &["resolve", &id, "--done"], "x").refused(2, "there is no key file");
    let other = Keyring { recorder: LocalSigner::generate().unwrap(), ..story::keys() };
    write_keys(&specimen.folder.join("keys"), &other);
    say(&specimen, &["resolve", &id, "--done"], "x").refused(2, "does not name this recorder key");
    fs::remove_dir_all(specimen.folder.join("keys")).unwrap();
    write_keys(&specimen.folder.join("keys"), &Keyring::generate().unwrap());
    assert_ne!(say(&specimen, &["resolve", &id, "--done"], "x").status, 0);
    assert_eq!(specimen.count(), events);
}

#[test]
fn a_file_of_people_that_others_can_write_is_refused() {
    let specimen = ready(Specimen::new("statement-people"), "u:boss", "ops");
    let (people, events) = (specimen.folder.join("people.toml"), specimen.count());
    for mode in [0o666, 0o664, 0o646] {
        fs::set_permissions(&people, PermissionsExt::from_mode(mode)).unwrap();
        say(&specimen, &["stop", "--everything"], "x")
            .refused(2, "others than its owner can write");
    }
    assert_eq!(specimen.count(), events);
}

#[test]
fn a_ledger_that_was_tampered_with_is_not_written_to() {
    let specimen = ready(Specimen::new("statement-tampered"), "u:boss", "ops");
    let mut entry = specimen.entry(4);
    entry[9] ^= 1;
    specimen.sql(|conn| conn.execute("UPDATE event SET entry = ?1 WHERE idx = 4", [entry]));
    say(&specimen, &["stop", "--everything"], "x").refused(1, "event 4");
    say(&specimen, &["stop", "--everything", "--ledger", "absent.db"], "x")
        .refused(2, "there is no file");
    assert!(!specimen.folder.join("absent.db").exists());
}

#[test]
fn a_stop_is_in_force_at_once_and_its_reason_is_escaped() {
    let specimen = ready(Specimen::new("stop"), "u:anybody", "none");
    let hostile = story::HOSTILE;
    let json =
        say(&specimen, &["stop", "--principal", "agent:night", "--json"], hostile).ok().json();
    assert!(json["stop"].as_str().unwrap().starts_with("sha256:"), "{json}");
    say(&specimen, &["stop", "--everything"], "more").ok();
    let text = specimen.run(&["pending"]).ok().out;
    for part in [
        "STOPPED, until people lift it: 2\n",
        "\neverything that agent:night does\n  by         u:anybody at ",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    assert!(text.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{text}");
    specimen.run(&["log", "verify", "approvals.db"]).ok();
    say(&specimen, &["stop", "--everything"], " ").refused(2, "needs a reason");
    say(&specimen, &["stop", "--everything"], &"x".repeat(5000)).refused(2, "longer than");
}

#[test]
fn an_emergency_is_reviewed_by_the_group_that_is_named_and_the_alarm_ends() {
    let specimen = ready(Specimen::drama("review"), "u:guard", "security");
    let overdue = specimen.request("db.wipe").to_string();
    for command in [&["pending"][..], &["log", "verify", "approvals.db"]] {
        let text = specimen.run(command).ok().out;
        assert!(text.contains("ALARM: emergencies not reviewed in time: 1;"), "{text}");
        assert!(text.contains("ATTENTION: emergencies to be reviewed: 1;"), "{text}");
    }
    let unreviewed = specimen.run(&["pending", "--unreviewed"]).ok().out;
    assert!(unreviewed.contains(&format!("{overdue}  OVERDUE for ")), "{unreviewed}");
    assert!(
        unreviewed.contains("  set aside  never-drop\n  review     by one of security, until "),
        "{unreviewed}"
    );
    say(&specimen, &["review", &overdue, "--not-justified"], "it could have waited").ok();
    let json = specimen.run(&["pending", "--unreviewed", "--json"]).ok().json();
    assert_eq!(json["unreviewed"].as_array().unwrap().len(), 1);
    assert_eq!(json["unreviewed"][0]["overdue"], false);
    assert!(json.get("waiting").is_none(), "{json}");
    let verified = specimen.run(&["log", "verify", "approvals.db", "--json"]).ok().json();
    // A second may pass between the two.
    let without_seconds = |mut one: serde_json::Value| {
        assert!(one.as_object_mut().unwrap().remove("seconds").is_some(), "{one}");
        one
    };
    assert_eq!(
        without_seconds(verified["unreviewed"][0].clone()),
        without_seconds(json["unreviewed"][0].clone())
    );
    assert_eq!(verified["unreviewed"].as_array().unwrap().len(), 1);
    say(&specimen, &["review", &overdue, "--justified"], "x").refused(1, "it is reviewed already");
    let mail = specimen.request("mail.send").to_string();
    say(&specimen, &["review", &mail, "--justified"], "x").refused(1, "it was no emergency");
    let shown = specimen.run(&["show", &overdue]).ok().out;
    assert!(shown.contains("the emergency was NOT justified, says u:guard\n"), "{shown}");

    write_people(&specimen, "u:sam", "security");
    let other = specimen.request("db.drop").to_string();
    let involved = say(&specimen, &["review", &other, "--justified"], "x");
    involved.refused(1, "you took part in this");
}

#[test]
fn a_standing_grant_is_listed_with_its_uses_and_retired_by_those_who_were_asked() {
    let specimen = ready(Specimen::drama("retire"), "u:boss", "ops");
    let json = specimen.run(&["pending", "--json"]).ok().json();
    let grant = json["standing"][0]["grant"].as_str().unwrap().to_owned();
    assert_eq!(
        (&json["standing"][0]["used"], &json["standing"][0]["uses"]),
        (&2.into(), &3.into())
    );
    assert_eq!(json["delegations"][0]["to"], "u:friend");
    let text = specimen.run(&["pending"]).ok().out;
    assert!(text.contains(&format!("{grant}  2 of 3 uses\n  action     cache.clear\n")), "{text}");
    say(&specimen, &["retire", &grant], "the migration is over").ok();
    let json = specimen.run(&["pending", "--json"]).ok().json();
    assert_eq!(json["standing"], serde_json::json!([]));
    let events = specimen.count();
    say(&specimen, &["retire", &grant], "again").refused(1, "it is retired already");
    let read = specimen.request("db.read").to_string();
    say(&specimen, &["retire", &read], "x").refused(1, "no standing grant has this id");
    assert_eq!(specimen.count(), events, "nothing more was written");
    let dropped = specimen.request("db.read").to_string();
    assert_eq!(json["dropped"][0]["request"], dropped.as_str());
}

#[test]
fn a_stop_of_what_no_request_has_holds_and_is_warned_of() {
    let specimen = ready(Specimen::new("stop-slip"), "u:anybody", "none");
    for (option, name, warning) in [
        (
            "--action",
            "payments.refnd",
            "of the action `payments.refnd`; did you mean `payments.refund`?\n",
        ),
        ("--action", "app.frobnicate", "of the action `app.frobnicate`\n"),
        (
            "--principal",
            "agent:nihgt",
            "by the principal `agent:nihgt`; did you mean `agent:night`?\n",
        ),
    ] {
        let ran = say(&specimen, &["stop", option, name], "x");
        let warning = format!("warning: it is stopped, but this log has no request {warning}");
        assert_eq!((ran.status, &ran.err), (0, &warning), "{ran:?}");
        assert!(ran.out.starts_with("stopped: ") && ran.out.contains(name), "{ran:?}");
    }
    for known in
        [&["--action", "payments.refund"][..], &["--principal", "u:owner"], &["--everything"]]
    {
        let text = say(&specimen, &[&["stop"], known].concat(), "x").ok().out;
        assert!(text.contains("`approvals.lift`") && text.contains("`Desk::lift`"), "{text}");
        let stop = text.lines().find_map(|line| line.strip_prefix("  stop     ")).unwrap();
        assert!(stop.parse::<Digest>().is_ok(), "it can be copied: {text}");
    }
    let stops = specimen.run(&["pending", "--json"]).ok().json()["stops"].as_array().unwrap().len();
    assert_eq!(stops, 6);
}

#[test]
fn what_became_of_it_is_asked_without_a_hint_at_either_answer() {
    let specimen = ready(Specimen::new("no-choice"), "u:boss", "ops");
    let id = specimen.request("mail.send").to_string();
    for (command, choice) in
        [("resolve", "<--done|--not-done>"), ("review", "<--justified|--not-justified>")]
    {
        let refused = say(&specimen, &[command, &id], "x").refused(2, choice);
        assert!(refused.err.lines().last().unwrap().contains(choice), "{refused:?}");
        let help = specimen.run(&[command, "--help"]).ok().out;
        assert!(help.contains(choice), "{help}");
    }
}
