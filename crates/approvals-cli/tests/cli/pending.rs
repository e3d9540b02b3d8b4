//! What waits for people, and what was started and never finished.

use approvals_core::Keyring;
use serde_json::Value;

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;
use crate::story;

#[test]
fn what_waits_and_what_was_left_are_two_tables_of_80_columns() {
    let specimen = Specimen::new("pending");
    let text = specimen.run(&["pending"]).ok().out;
    let (refund, mail) = (specimen.request("payments.refund"), specimen.request("mail.send"));
    let head = "REQUEST                               ACTION                ";
    let waiting = format!(
        "waiting for a decision: 1\n\n{head}TIME LEFT  APPROVALS\n{refund}  payments.refund       "
    );
    assert!(text.starts_with(&waiting), "{text}");
    let (_, row) = text.split_once(&waiting).unwrap();
    assert!(
        row.starts_with('2')
            && row.contains("s    0 of 1\n  requester  agent:night for u:owner\n  asked      "),
        "{text}"
    );
    assert!(row.contains("\n  needs      1 of ops\n"), "{text}");
    let started = format!(
        "\nstarted and not finished, unknown unless still running: 1\n\n{head}           APPROVALS\n{mail}  mail.send                        1 of 1\n"
    );
    assert!(text.contains(&started), "{text}");
    assert!(text.ends_with("\n  needs      1 of ops; approved by u:reviewer\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn what_a_standing_grant_covers_names_it_and_what_it_is_done_to() {
    let specimen = Specimen::drama("pending-standing");
    let json = specimen.run(&["pending", "--json"]).ok().json();
    let (cleared, grant) = (&json["dropped"][1], json["standing"][0]["grant"].as_str().unwrap());
    assert_eq!((&cleared["action"], &cleared["standing"]), (&"cache.clear".into(), &grant.into()));
    assert_eq!(cleared["resource"], "redis://shop/\u{202e}1");
    assert_eq!(
        (&json["dropped"][0]["standing"], &json["dropped"][0]["resource"]),
        (&Value::Null, &Value::Null)
    );
    let text = specimen.run(&["pending"]).ok().out;
    let id = cleared["request"].as_str().unwrap();
    let row = format!("{id}  cache.clear                      standing\n");
    for part in [
        format!("{row}  resource   \"redis://shop/\\u{{202e}}1\"\n  requester  "),
        format!("\n  approved   by standing grant {grant}\n"),
    ] {
        assert!(text.contains(&part), "{part}\n---\n{text}");
    }
}

#[test]
fn programs_read_the_same() {
    let specimen = Specimen::new("pending-json");
    let json = specimen.run(&["pending", "--json"]).ok().json();
    assert_eq!(json["log"], story::ORIGIN);
    let waiting = &json["waiting"][0];
    assert_eq!(
        waiting["request"].as_str().unwrap(),
        specimen.request("payments.refund").to_string()
    );
    assert_eq!(
        (&waiting["action"], &waiting["requester"]),
        (&"payments.refund".into(), &"agent:night".into())
    );
    assert_eq!(
        (&waiting["needs"][0]["group"], &waiting["needs"][0]["count"]),
        (&"ops".into(), &1.into())
    );
    assert!((1..=1800).contains(&waiting["seconds_left"].as_u64().unwrap()), "{waiting}");
    assert_eq!(waiting["approved_by"], serde_json::json!([]));
    assert_eq!(json["started"][0]["action"], "mail.send");
    assert_eq!(json["started"][0]["approved_by"], serde_json::json!(["u:reviewer"]));
    assert_eq!(
        json["waiting"].as_array().unwrap().len() + json["started"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn the_ledger_is_the_one_named_or_approvals_db_in_this_folder() {
    let specimen = Specimen::new("pending-which");
    let here = specimen.run(&["pending"]).ok().out;
    assert!(here.contains("waiting for a decision: 1"), "{here}");
    for named in [&["pending", "approvals.db"][..], &["pending", "--ledger", "approvals.db"]] {
        assert!(specimen.run(named).ok().out.contains("waiting for a decision: 1"));
    }
    specimen
        .run(&["pending", "approvals.db", "--ledger", "approvals.db"])
        .refused(2, "cannot be used with");
    let elsewhere = folder("pending-elsewhere");
    approvals_in(&elsewhere, ["pending"]).refused(2, "there is no `approvals.db` in this folder");
}

#[test]
fn an_empty_ledger_says_that_nothing_is_waiting() {
    let folder = folder("pending-empty");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = runtime.block_on(story::gate(
        &folder.join("approvals.db"),
        Keyring::generate().unwrap(),
        vec![],
    ));
    assert_eq!(approvals_in(&folder, ["pending"]).ok().out, "nothing is waiting\n");
    let json = approvals_in(&folder, ["pending", "--json"]).ok().json();
    assert_eq!(
        (&json["waiting"], &json["started"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    drop(open);
}
