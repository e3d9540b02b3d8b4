//! All requests in lines that fit.

use crate::specimen::Specimen;

#[test]
fn every_request_is_one_line_of_80_columns_and_the_newest_is_last() {
    let specimen = Specimen::drama("list");
    let text = specimen.run(&["list"]).ok().out;
    let (below, lines): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with(' '));
    let json = specimen.run(&["list", "--json"]).ok().json();
    let requests = json["requests"].as_array().unwrap();
    assert_eq!(lines.len(), requests.len());
    for (line, request) in lines.iter().zip(requests) {
        let id = request["request"].as_str().unwrap();
        let known = line.split(' ').next().unwrap();
        assert!(known.len() >= 13 && id.starts_with(known), "{line}");
        assert!(line.contains(request["outcome"].as_str().unwrap()), "{line}");
        assert!(
            line.len() <= 80 && line.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
            "{line}"
        );
        specimen.run(&["show", known]).ok();
    }
    assert!(lines.last().unwrap().contains("  waiting"), "{text}");
    let on = "  on \"redis://shop/\\u{202e}1\"";
    assert_eq!(below.len(), 2, "one for each that is done to something: {text}");
    assert!(below.iter().all(|line| line.trim_start() == on.trim_start()), "{text}");
    assert!(text.contains("EMERGENCY db.wipe by agent:night\n"), "{text}");
}

#[test]
fn what_is_asked_for_is_what_is_listed() {
    let specimen = Specimen::drama("list-some");
    let count = |arguments: &[&str]| {
        let all = [&["list", "--json"], arguments].concat();
        specimen.run(&all).ok().json()["requests"].as_array().unwrap().len()
    };
    let all = count(&[]);
    assert_eq!(count(&["--outcome", "dropped"]), 2);
    assert_eq!(count(&["--outcome", "waiting", "--action", "payments.refund"]), 1);
    assert_eq!(count(&["--action", "payments.refund"]), 2);
    assert_eq!(count(&["--action", "db.*"]), 3);
    assert_eq!((count(&["--action", "db*"]), count(&["--action", "d.*"])), (0, 0));
    assert_eq!(
        (count(&["--requester", "u:mira"]), count(&["--requester", "u:owner"])),
        (1, all),
        "what is agreed on about the owner's agent is on the owner's behalf"
    );
    assert_eq!((count(&["--since", "1d"]), count(&["--since", "2999-01-01T00:00:00Z"])), (all, 0));
    assert_eq!(specimen.run(&["list", "--requester", "nobody"]).ok().out, "no requests\n");
}

#[test]
fn nothing_is_told_of_a_ledger_that_does_not_hold() {
    let specimen = Specimen::drama("list-damaged");
    let mut entry = specimen.entry(7);
    entry[3] ^= 1;
    specimen.sql(|conn| conn.execute("UPDATE event SET entry = ?1 WHERE idx = 7", [entry]));
    std::fs::write(specimen.folder.join("p.toml"), "version = 1\ndefault = \"deny\"\n").unwrap();
    for command in [
        &["list"][..],
        &["report"],
        &["pending", "--unknown"],
        &["log", "events"],
        &["policy", "diff", "p.toml", "p.toml", "--over", "approvals.db"],
    ] {
        let ran = specimen.run(command);
        assert_eq!(ran.out, "", "{command:?}");
        ran.refused(1, "event 7");
    }
}
