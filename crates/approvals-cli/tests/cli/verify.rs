//! What `log verify` says of a ledger that holds, and what it is honest about.

use std::fs;

use approvals_core::{Keyring, Signer as _};
use approvals_log::Vkey;

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;
use crate::story::{self, ORIGIN};

#[test]
fn an_intact_ledger_is_0_with_its_root_its_outcomes_and_what_was_not_shown() {
    let specimen = Specimen::new("intact");
    let text = specimen.run(&["log", "verify", "approvals.db"]).ok().out;
    assert!(text.starts_with("intact: every hash, signature and event holds\n"), "{text}");
    for line in [
        "log          example.com/shop/test\n",
        "key          the one in the file\n",
        "seen         none given\n",
        "requests     6\n",
        "             waiting        1\n             started        1\n             succeeded      1\n",
        "             failed         1\n             denied         1\n             rejected       1\n",
        "note: the key is the one in the file; give --vkey to check against one you got \n",
        "note: a ledger alone cannot show that its newest events were cut off, or that \n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(specimen.run(&["log", "verify"]).ok().out, text, "it is the one in this folder");
    let json = specimen.run(&["log", "verify", "approvals.db", "--json"]).ok().json();
    assert_eq!((&json["intact"], &json["events"]), (&true.into(), &specimen.count().into()));
    assert_eq!((&json["requests"], &json["outcomes"]["rejected"]), (&6.into(), &1.into()));
    assert_eq!(json["keys"].as_array().unwrap().len(), 2);
    assert!(
        text.contains(json["root"].as_str().unwrap())
            && text.contains(json["vkey"].as_str().unwrap())
    );
    assert_eq!(json["notes"].as_array().unwrap().len(), 2);
}

#[test]
fn the_root_is_the_one_that_the_checkpoint_signs() {
    let specimen = Specimen::new("root");
    let note = specimen.run(&["log", "checkpoint", "approvals.db"]).ok().out;
    let json = specimen.run(&["--json", "log", "checkpoint", "approvals.db"]).ok().json();
    assert_eq!(json["note"].as_str().unwrap(), note);
    let verified = specimen.run(&["log", "verify", "approvals.db", "--json"]).ok().json();
    assert_eq!((&json["root"], &json["events"]), (&verified["root"], &verified["events"]));
    let stored: String =
        specimen.sql(|conn| conn.query_row("SELECT note FROM head", [], |row| row.get(0)));
    assert_eq!(note, stored);
}

#[test]
fn a_key_from_elsewhere_is_believed_as_a_line_and_as_a_file() {
    let specimen = Specimen::new("vkey");
    let vkey: String =
        specimen.sql(|conn| conn.query_row("SELECT value FROM meta", [], |row| row.get(0)));
    fs::write(specimen.folder.join("log.vkey"), format!("{vkey}\n")).unwrap();
    for given in [vkey.as_str(), "log.vkey"] {
        let text = specimen.run(&["log", "verify", "approvals.db", "--vkey", given]).ok().out;
        assert!(text.contains("key          the one given\n"), "{text}");
        assert!(!text.contains("the one in the file"), "{text}");
    }
}

#[test]
fn a_ledger_that_another_key_signs_is_1() {
    let specimen = Specimen::new("other-key");
    let other =
        Vkey::new(ORIGIN, Keyring::generate().unwrap().log.public_key()).unwrap().to_string();
    specimen
        .run(&["log", "verify", "approvals.db", "--vkey", &other])
        .refused(1, "the trusted key is");
    let json = specimen.run(&["log", "verify", "approvals.db", "--vkey", &other, "--json"]);
    assert_eq!((json.status, &json.json()["intact"]), (1, &false.into()));
}

#[test]
fn a_checkpoint_by_another_key_is_1_since_the_key_may_have_been_replaced() {
    let (specimen, other) = (Specimen::new("replaced"), folder("replaced-other"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        drop(story::gate(&other.join("approvals.db"), Keyring::generate().unwrap(), vec![]).await);
    });
    let note = approvals_in(&other, ["log", "checkpoint", "approvals.db"]).ok().out;
    fs::write(specimen.folder.join("other.note"), note).unwrap();
    let verify = ["log", "verify", "approvals.db", "--seen", "other.note"];
    specimen.run(&verify).refused(1, "not signed by its key");
}

#[test]
fn a_checkpoint_seen_before_is_found_in_the_log_and_its_reach_is_told() {
    let specimen = Specimen::new("seen");
    let notes: Vec<String> = specimen.sql(|conn| {
        let mut query = conn.prepare("SELECT note FROM checkpoint WHERE size > 0 ORDER BY size")?;
        query.query_map([], |row| row.get(0))?.collect()
    });
    let mut arguments = vec!["log".to_owned(), "verify".to_owned(), "approvals.db".to_owned()];
    for (n, note) in notes.iter().enumerate().take(3) {
        fs::write(specimen.folder.join(format!("{n}.note")), note).unwrap();
        arguments.extend(["--seen".to_owned(), format!("{n}.note")]);
    }
    let size = notes[2].lines().nth(1).unwrap();
    let text = approvals_in(&specimen.folder, &arguments).ok().out;
    assert!(
        text.contains(&format!("3 given, all of them of this log; the newest is of {size} events")),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "note: the checkpoints given cover {size} of {} events",
            specimen.count()
        )),
        "{text}"
    );
}

#[test]
fn a_ledger_that_a_gate_has_open_verifies_too() {
    let folder = folder("live");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = runtime.block_on(story::gate(
        &folder.join("approvals.db"),
        Keyring::generate().unwrap(),
        vec![],
    ));
    assert!(folder.join("approvals.db-wal").exists());
    let text = approvals_in(&folder, ["log", "verify", "approvals.db"]).ok().out;
    assert!(text.contains("events       3\n"), "{text}");
    drop(open);
}
