//! The words for what people state, for the log's own events, and for every way to go on.

use crate::program::fits;
use crate::specimen::Specimen;

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)) && fits(text)
}

#[test]
fn the_events_of_the_log_itself_are_told_oldest_first() {
    let specimen = Specimen::drama("events");
    let text = specimen.run(&["log", "events"]).ok().out;
    let mut rest = text.as_str();
    for part in [
        "-- events of the log example.com/shop/test\n      0  ",
        "the log names a recorder key\n         key        ",
        "the log names a grant key\n",
        "another policy rules from here on\n         policy     sha256:",
        "         replaced   without asking anybody\n",
        "u:mira lends u:friend the vote for ops until \n",
        "         reason     \"I am away\"\n         signed by  recorder key ",
        "the signature holds\n",
        "people agreed to calls of cache.clear \n",
        "         to         agent:night for u:owner\n         uses       3\n",
        "a standing grant was used\n",
        "STOPPED: the action deploy.app, by u:sec\n",
        "         reason     \"\\u001b[2Jno\\u{202e}\\u{9b}31m\\nevent 1: APPROVED\"\n         stop       sha256:",
        "   the log was verified, with the key that is in the file\n",
    ] {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("{part}\n---\n{text}"));
        rest = after;
    }
    assert!(is_plain(&text), "{text}");
    let json = specimen.run(&["log", "events", "--json"]).ok().json();
    let events = json["events"].as_array().unwrap();
    assert_eq!(events.iter().filter(|one| one["statement"].is_object()).count(), 2);
    assert!(
        events.iter().all(|one| one["signature"].is_null() || one["signature"]["holds"] == true)
    );
}

#[test]
fn the_timeline_has_words_for_every_way_to_go_on() {
    let specimen = Specimen::drama("events-show");
    let show = |action: &str| {
        let text = specimen.run(&["show", &specimen.request(action).to_string()]).ok().out;
        assert!(is_plain(&text), "{text}");
        text
    };
    for (action, parts) in [
        (
            "mail.send",
            &[
                "fact       env.name = \"prod\"\n",
                "APPROVED by u:friend in the place of u:mira\n",
                "groups     ops\n",
                "too late, which changes nothing: APPROVED by \n",
            ][..],
        ),
        (
            "db.drop",
            &[
                "EMERGENCY  it sets aside never-drop; security reviews it within 1d ",
                "succeeded; the emergency is to be reviewed until ",
            ],
        ),
        ("cert.renew", &["nobody had decided within 20ms: people of \n", "APPROVED by u:lead\n"]),
        (
            "cache.clear",
            &["asked for; people have agreed to such calls \n", "standing   by the grant "],
        ),
        ("sync.push", &["started again, as number 2\n", "executed: dropped on the way"]),
    ] {
        let text = show(action);
        for part in parts {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
    }
    // The second one, which waits.
    let json = specimen.run(&["pending", "--json"]).ok().json();
    let id = json["waiting"][0]["request"].as_str().unwrap().to_owned();
    let text = specimen.run(&["show", &id]).ok().out;
    assert!(text.contains("         earlier    ") && text.contains("rejected by u:sam"), "{text}");
    assert!(is_plain(&text), "{text}");
}
