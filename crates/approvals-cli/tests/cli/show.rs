//! The timeline of one request: everything that was signed, and nothing that moves a cursor.

use crate::program::fits;
use crate::specimen::Specimen;
use crate::story::SECRET;

/// The text without what differs from run to run: times, ids, digests and keys.
fn without_chance(text: &str) -> String {
    let word = |word: &str| match word {
        word if word.len() == 24 && word.ends_with('Z') => "TIME".to_owned(),
        word if word.len() == 43 => "KEY".to_owned(),
        word => word.to_owned(),
    };
    let lines = text.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_executed_request_is_told_from_the_card_to_the_outcome() {
    let specimen = Specimen::new("show-executed");
    let id = specimen.request("s3.export").to_string();
    let text = specimen.run(&["show", &id, "--ledger", "approvals.db"]).ok().out;
    assert!(text.starts_with("-- facts\n   action         s3.export\n"), "{text}");
    assert!(text.contains("-- hidden from you, but bound\n   \"token\"        sha256:"), "{text}");

    let (_, timeline) = text.split_once("-- timeline").unwrap();
    let timeline = without_chance(timeline);
    for part in [
        "      3  TIME  asked for; people are to decide\n         policy     sha256:",
        "      4  TIME  presented in \"mock\"\n         card       sha256:",
        "      5  TIME  APPROVED by u:reviewer\n         identity   \"reviewer\" in \"mock\"\n         groups     ops\n         \
         assurance  the channel \"mock\" says so; the reviewer signed nothing\n",
        "         log seen   as of 5 events\n         signed by  recorder key KEY\n                    the signature holds\n      \
         6  TIME  granted: enough reviewers approved\n         to         agent:night for u:owner\n         until      TIME\n",
        "         signed by  grant key KEY\n                    the signature holds\n      7  TIME  started\n",
        "      8  TIME  executed: succeeded\n-- outcome\n   executed: succeeded\n   the log was verified, with the key that is in the file",
    ] {
        assert!(timeline.contains(part), "{part}\n---\n{timeline}");
    }
    assert_eq!(timeline.matches("(as above)").count(), 2, "{timeline}");
}

#[test]
fn what_others_wrote_is_escaped_and_no_line_is_too_long_or_forged() {
    let specimen = Specimen::new("show-hostile");
    let escaped = r#""\u001b[2Jno\u{202e}\u{9b}31m\nevent 1: APPROVED""#;
    for (action, label) in [("s3.export", "   reason         "), ("deploy", "         reason     ")]
    {
        let id = specimen.request(action).to_string();
        let text = specimen.run(&["show", &id]).ok().out;
        assert!(text.contains(&format!("{label}{escaped}\n")), "{text}");
        assert!(text.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{text}");
        assert!(fits(&text), "{text}");
        let json = specimen.run(&["show", &id, "--json"]).ok().out;
        assert!(json.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{json}");
    }
}

#[test]
fn every_ending_has_its_words() {
    let specimen = Specimen::new("show-endings");
    for (action, ending) in [
        ("deploy", "-- outcome\n   rejected by u:reviewer\n"),
        ("db.read", "-- outcome\n   executed: failed, by its own account\n"),
        ("db.drop", "-- outcome\n   denied by the policy: \"never drop\"\n"),
        ("payments.refund", "-- outcome\n   waiting for a decision; it can be decided until "),
        (
            "mail.send",
            "-- outcome\n   started and not finished: what became of it is unknown, unless it is still \n   running\n",
        ),
    ] {
        let text = specimen.run(&["show", &specimen.request(action).to_string()]).ok().out;
        assert!(text.contains(ending), "{action}: {text}");
    }
}

#[test]
fn a_redacted_value_is_nowhere() {
    let specimen = Specimen::new("show-secret");
    let id = specimen.request("s3.export").to_string();
    for arguments in [&["show", &id][..], &["show", &id, "--json"], &["pending", "--json"]] {
        let ran = specimen.run(arguments).ok();
        assert!(!ran.out.contains(SECRET), "{arguments:?}");
    }
}

#[test]
fn programs_read_the_same() {
    let specimen = Specimen::new("show-json");
    let id = specimen.request("s3.export").to_string();
    let json = specimen.run(&["show", &id, "--json"]).ok().json();
    assert_eq!((&json["outcome"], &json["log_verified"]), (&"succeeded".into(), &true.into()));
    assert_eq!(json["document"]["action"], "s3.export");
    let events = json["events"].as_array().unwrap();
    assert_eq!((events.len(), &events[0]["index"]), (6, &3.into()));
    assert_eq!(events[2]["decision"]["choice"], "approve");
    assert_eq!(events[2]["decision"]["assurance"], "channel_attested");
    assert_eq!(
        (&events[2]["signature"]["purpose"], &events[2]["signature"]["holds"]),
        (&"recorder".into(), &true.into())
    );
    assert_eq!(
        (&events[3]["signature"]["purpose"], &events[3]["signature"]["holds"]),
        (&"grant".into(), &true.into())
    );
    assert_eq!(events[3]["grant"]["sub"], "u:owner");
}

#[test]
fn a_request_is_found_by_the_beginning_of_its_id_if_no_other_has_it() {
    let specimen = Specimen::new("show-prefix");
    // The one with a key has an id that does not begin with the time.
    let id = specimen.request("payments.refund").to_string();
    let whole = specimen.run(&["show", &id]).ok().out;
    let others: Vec<_> = ["s3.export", "deploy", "db.read", "db.drop", "mail.send"]
        .map(|action| specimen.request(action).to_string())
        .into();
    let unique = (1..=id.len())
        .find(|length| others.iter().all(|other| !other.starts_with(id.split_at(*length).0)))
        .unwrap();
    for length in [unique, 13, 36] {
        assert_eq!(specimen.run(&["show", id.split_at(length.max(unique)).0]).ok().out, whole);
    }
    assert_eq!(specimen.run(&["show", &id.to_uppercase()]).ok().out, whole);
    assert_eq!(specimen.run(&["show", &id, "approvals.db"]).ok().out, whole);

    let ambiguous =
        specimen.run(&["show", others[0].split_at(6).0]).refused(2, "5 requests begin with");
    assert!(ambiguous.err.contains(&others[0]), "{ambiguous:?}");
    specimen
        .run(&["show", "zz\u{1b}"])
        .refused(2, "no request of this ledger begins with `zz\\u001b`");
    specimen.run(&["show", "00000000-0000-0000-0000-000000000000"]).refused(2, "no request");
}
