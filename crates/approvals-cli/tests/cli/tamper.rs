//! What was changed in the file is found, with the event.

use std::fs;
use std::sync::Arc;

use approvals_core::{
    Append, Decision, Ledger as _, LocalSigner, NewEntry, Payload as _, Signer as _,
};
use approvals_log::leaf_hash;
use approvals_sqlite::SqliteLedger;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::program::{Folder, approvals_in, folder};
use crate::specimen::Specimen;
use crate::story::{self, ORIGIN};

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
            assert_eq!(
                found,
                json!([{ "first": index, "last": index, "detail": detail }]),
                "byte {place}"
            );
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
            conn.execute(
                "UPDATE event SET leaf = ?1 WHERE idx = ?2",
                params![leaf_hash(entry), index],
            )
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
    let moved = Specimen::new("removed").request("db.read").to_string();
    let steps = [
        ("DELETE FROM event WHERE idx = 9", "event 9: it is missing"),
        (
            "UPDATE event SET request = 'REQUEST', seq = 3 WHERE idx = 11",
            "event 11: it is stored under a request that it does not name",
        ),
    ];
    for (sql, found) in steps {
        let specimen = Specimen::new("removed");
        specimen.sql(|conn| conn.execute_batch(&sql.replace("REQUEST", &moved)));
        specimen.run(&["log", "verify", "approvals.db"]).refused(1, found);
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
    specimen
        .run(&["log", "verify", "approvals.db"])
        .refused(1, &format!("event {index}: its document is missing"));
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

/// A ledger of the same name with these events, each request's in order, under a root that its own key signs.
fn rewritten(name: &str, events: Vec<Vec<u8>>) -> Folder {
    let folder = folder(name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let key = Arc::new(LocalSigner::generate().unwrap());
        let ledger = SqliteLedger::open(folder.join("approvals.db"), ORIGIN, key).await.unwrap();
        for bytes in events {
            let event: Value = serde_json::from_slice(&bytes).unwrap();
            let request = event["request"].as_str().map(|id| id.parse().unwrap());
            let expected = ledger.history(request).await.unwrap().len().try_into().unwrap();
            let entries = vec![NewEntry { bytes, attachments: vec![] }];
            ledger.append(Append { request, expected, log_expected: None, entries }).await.unwrap();
        }
        ledger.close().await;
    });
    folder
}

/// The events of the request that was rejected.
fn rejected(told: &Specimen) -> Vec<Vec<u8>> {
    let named = format!("\"request\":\"{}\"", told.request("deploy"));
    let events = (0..told.count()).map(|index| told.entry(index));
    events.filter(|entry| String::from_utf8_lossy(entry).contains(&named)).collect()
}

/// Whoever has the log key can sign any tree. That does not make them a reviewer, or the gate.
#[test]
fn decisions_by_keys_that_the_log_does_not_name_are_found_under_a_valid_root() {
    let told = Specimen::new("forged-from");
    let forged = rewritten("forged", rejected(&told));
    let ran = approvals_in(&forged, ["log", "verify", "approvals.db", "--json"]);
    assert_eq!(ran.json()["damages"][0]["first"], 2, "the decision");
    ran.refused(1, "event 2: no recorder key of this log has signed it");

    let shown = approvals_in(&forged, ["show".to_owned(), told.request("deploy").to_string()]);
    assert!(shown.out.contains("THE LOG DOES NOT VERIFY"), "{shown:?}");
    let problem = "THE SIGNATURE DOES NOT HOLD: no recorder key that the log";
    assert!(shown.out.contains(problem), "{shown:?}");
    assert!(shown.out.contains("   DOES NOT HOLD: event 2: "), "{shown:?}");
    assert!(!shown.out.contains("the signature holds"), "{shown:?}");
    assert!(!shown.out.contains("was verified"), "{shown:?}");
    shown.refused(1, "event 2: ");
}

#[test]
fn what_the_recorder_signed_is_never_shown_as_signed_by_the_reviewer() {
    let told = Specimen::new("assurance-from");
    let mut events = vec![told.entry(0), told.entry(1)];
    events.extend(rejected(&told));
    let decided =
        events.iter_mut().find(|event| event.windows(9).any(|it| it == b"\"decided\"")).unwrap();
    let mut event: Value = serde_json::from_slice(decided).unwrap();
    let envelope = &mut event["what"]["decided"]["envelope"];
    let payload = BASE64.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let payload = String::from_utf8(payload).unwrap().replace("channel_attested", "reviewer_key");
    let signed =
        format!("DSSEv1 {} {} {} {payload}", Decision::TYPE.len(), Decision::TYPE, payload.len());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let signature = runtime.block_on(story::keys().recorder.sign(signed.as_bytes())).unwrap();
    envelope["payload"] = BASE64.encode(&payload).into();
    envelope["signatures"][0]["sig"] = BASE64.encode(signature).into();
    *decided = serde_json::to_vec(&event).unwrap();

    let forged = rewritten("assurance", events);
    for arguments in [&["log", "verify", "approvals.db"][..], &["pending"]] {
        let problem = "it claims the person's own key, and the recorder key signed it";
        approvals_in(&forged, arguments).refused(1, problem);
    }
    let shown = approvals_in(&forged, ["show".to_owned(), told.request("deploy").to_string()]);
    let text = shown.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let problem = "it claims the person's own key, and the recorder key signed it";
    assert!(text.contains(&format!("DOES NOT HOLD: event 4: {problem}")), "{shown:?}");
    assert!(text.contains("assurance so it claims, the reviewer's own key"), "{shown:?}");
    assert!(!text.contains("the signature holds"), "{shown:?}");
    shown.refused(1, "");
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
    assert!(
        shown.out.starts_with("THE LOG DOES NOT VERIFY")
            && shown.out.contains("APPROVED by u:reviewer"),
        "{shown:?}"
    );
    assert!(!shown.out.contains("was verified"), "{shown:?}");
    let json = specimen.run(&["show", &whole, "--json"]);
    assert_eq!((json.status, &json.json()["log_verified"]), (1, &false.into()));
    specimen.run(&["show", whole.split_at(13).0]).refused(1, &what);
}

#[test]
fn a_file_that_was_cut_short_is_1_wherever_it_was_cut() {
    let specimen = Specimen::new("cut-short");
    let whole = fs::read(specimen.path()).unwrap();
    for part in [3, 10, 50, 90] {
        fs::write(specimen.path(), &whole[..whole.len() * part / 100]).unwrap();
        for arguments in [&["log", "verify", "approvals.db"][..], &["pending"], &["show", "0"]] {
            specimen.run(arguments).refused(1, "damaged");
        }
    }
}
