//! What was changed in the file is found, with the event.

use approvals_core::{Append, Ledger as _, LocalSigner, NewEntry};
use approvals_log::leaf_hash;
use approvals_sqlite::SqliteLedger;
use rusqlite::{Connection, params};
use serde_json::json;

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;
use crate::story::ORIGIN;

fn set_entry(conn: &Connection, index: u32, entry: &[u8]) -> rusqlite::Result<usize> {
    conn.execute("UPDATE event SET entry = ?1 WHERE idx = ?2", params![entry, index])
}

#[test]
fn one_changed_byte_of_any_event_is_1_with_exactly_its_index() {
    let specimen = Specimen::new("one-byte");
    for index in 0..specimen.count() {
        let whole = specimen.entry(index);
        let last = whole.len() - 1;
        for place in [0, last / 3, last / 2, last] {
            let mut entry = whole.clone();
            entry[place] ^= 1;
            specimen.sql(|conn| set_entry(conn, index, &entry));
            let ran = specimen.run(&["log", "verify", "approvals.db", "--json"]);
            let found = ran.json()["damages"].clone();
            let detail = "its bytes are not those that were hashed";
            assert_eq!(found, json!([{ "first": index, "last": index, "detail": detail }]), "byte {place}");
            ran.refused(1, &format!("event {index}: {detail}"));
        }
        specimen.sql(|conn| set_entry(conn, index, &whole));
    }
    specimen.run(&["log", "verify", "approvals.db"]).ok();
}

#[test]
fn every_changed_event_is_listed() {
    let specimen = Specimen::new("several");
    for index in [3, 7, 11] {
        let mut entry = specimen.entry(index);
        entry[5] ^= 1;
        specimen.sql(|conn| set_entry(conn, index, &entry));
    }
    let err = specimen.run(&["log", "verify", "approvals.db"]).refused(1, "event 3: ").err;
    assert!(err.contains("\n       event 7: ") && err.contains("\n       event 11: "), "{err}");
}

#[test]
fn an_event_with_a_hash_made_to_fit_is_found_between_two_checkpoints() {
    let specimen = Specimen::new("fitting");
    for index in 0..specimen.count() {
        let whole = specimen.entry(index);
        let entry = String::from_utf8(whole.clone()).unwrap().replacen("\"at\":1", "\"at\":2", 1);
        assert_ne!(entry.as_bytes(), whole);
        let set = |conn: &Connection, entry: &[u8]| {
            set_entry(conn, index, entry)?;
            conn.execute("UPDATE event SET leaf = ?1 WHERE idx = ?2", params![leaf_hash(entry), index])
        };
        specimen.sql(|conn| set(conn, entry.as_bytes()));
        let ran = specimen.run(&["log", "verify", "approvals.db", "--json"]);
        let found = ran.json()["damages"][0].clone();
        let (first, last) = (found["first"].as_u64().unwrap(), found["last"].as_u64().unwrap());
        assert!((first..=last).contains(&u64::from(index)) && last - first < 3, "{index}: {found}");
        ran.refused(1, "event ");
        specimen.sql(|conn| set(conn, &whole));
    }
}

#[test]
fn events_that_were_removed_or_filed_elsewhere_are_found() {
    let specimen = Specimen::new("removed");
    let moved = specimen.request("db.read").to_string();
    let steps: [(&str, &[&str]); 2] = [
        ("DELETE FROM event WHERE idx = 9", &["event 9: it is missing"]),
        ("UPDATE event SET request = 'REQUEST', seq = 3 WHERE idx = 11", &["event 11: it is stored under a request that it does not name"]),
    ];
    for (sql, found) in steps {
        let specimen = Specimen::new("removed");
        specimen.sql(|conn| conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {}", sql.replace("REQUEST", &moved))));
        for what in found {
            specimen.run(&["log", "verify", "approvals.db"]).refused(1, what);
        }
    }
}

#[test]
fn a_document_beside_its_event_must_be_the_one_that_was_approved() {
    let specimen = Specimen::new("beside");
    let index = specimen.of_kind("requested")[0];
    specimen.sql(|conn| {
        let sql = "UPDATE attachment SET bytes = CAST(replace(CAST(bytes AS TEXT), 'large', 'small') AS BLOB) WHERE erasable = 0";
        assert_eq!(conn.execute(sql, [])?, 1);
        Ok(())
    });
    specimen.run(&["log", "verify", "approvals.db"]).refused(1, &format!("event {index}: its document is missing"));
}

#[test]
fn an_erased_secret_leaves_the_log_whole() {
    let specimen = Specimen::new("erased");
    specimen.sql(|conn| {
        assert_eq!(conn.execute("UPDATE attachment SET bytes = NULL WHERE erasable = 1", [])?, 1);
        Ok(())
    });
    specimen.run(&["log", "verify", "approvals.db"]).ok();
    specimen.run(&["show", &specimen.request("s3.export").to_string()]).ok();
}

/// Whoever has the log key can sign any tree. That does not make them a reviewer, or the gate.
#[test]
fn decisions_and_grants_by_keys_that_the_log_does_not_name_are_found_under_a_valid_root() {
    let told = Specimen::new("forged-from");
    let forged = folder("forged");
    let id = told.request("deploy");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let key = std::sync::Arc::new(LocalSigner::generate().unwrap());
        let ledger = SqliteLedger::open(forged.join("approvals.db"), ORIGIN, key).await.unwrap();
        let events = (0..told.count()).map(|index| told.entry(index));
        let own = events.filter(|entry| String::from_utf8_lossy(entry).contains(&format!("\"request\":\"{id}\"")));
        let entries = own.map(|bytes| NewEntry { bytes, attachments: vec![] }).collect();
        ledger.append(Append { request: Some(id), expected: 0, entries }).await.unwrap();
        ledger.close().await;
    });
    let verify = ["log", "verify", "approvals.db", "--json"];
    let ran = approvals_in(&forged, verify);
    assert_eq!(ran.json()["damages"][0]["first"], 2, "the decision");
    ran.refused(1, "event 2: no recorder key of this log has signed it");

    let shown = approvals_in(&forged, ["show".to_owned(), id.to_string()]);
    assert!(shown.out.contains("THE LOG DOES NOT VERIFY"), "{shown:?}");
    assert!(shown.out.contains("THE SIGNATURE DOES NOT HOLD: no recorder key that the log"), "{shown:?}");
    assert!(shown.out.contains("   DOES NOT HOLD: event 2: "), "{shown:?}");
    assert!(!shown.out.contains("the signature holds") && !shown.out.contains("was verified"), "{shown:?}");
    shown.refused(1, "event 2: ");
}

#[test]
fn no_command_takes_a_damaged_ledger_for_a_whole_one() {
    let specimen = Specimen::new("all-commands");
    let whole = specimen.request("s3.export").to_string();
    let index = specimen.of_kind("closed")[0];
    let mut entry = specimen.entry(index);
    entry[5] ^= 1;
    specimen.sql(|conn| set_entry(conn, index, &entry));
    let what = format!("event {index}: ");

    let pending = specimen.run(&["pending"]).refused(1, &what);
    assert_eq!(pending.out, "", "nothing is listed");
    specimen.run(&["log", "export", "approvals.db", "out"]).refused(1, &what);
    assert!(!specimen.folder.join("out").exists(), "nothing is exported");
    // Another request can still be read, and is marked.
    let shown = specimen.run(&["show", &whole]).refused(1, &what);
    assert!(shown.out.starts_with("THE LOG DOES NOT VERIFY") && shown.out.contains("APPROVED by u:reviewer"), "{shown:?}");
    assert!(!shown.out.contains("was verified"), "{shown:?}");
    let json = specimen.run(&["show", &whole, "--json"]);
    assert_eq!((json.status, &json.json()["log_verified"]), (1, &false.into()));
    specimen.run(&["show", &whole[..13]]).refused(1, &what);
}
