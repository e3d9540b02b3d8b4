//! How people review.

use crate::specimen::Specimen;

#[test]
fn the_figures_are_those_of_the_ledger() {
    let specimen = Specimen::drama("report");
    let json = specimen.run(&["report", "--json"]).ok().json();
    let sam = &json["reviewers"]["u:sam"];
    assert_eq!(
        (&sam["approved"], &sam["rejected"], &sam["late"]),
        (&3.into(), &1.into(), &1.into())
    );
    assert_eq!((&sam["percent_approved"], &sam["quick"]), (&75.into(), &4.into()));
    assert_eq!(json["reviewers"]["u:friend"]["in_place"], 1);
    assert_eq!(json["escalations"]["leads"], 1);
    assert_eq!(json["actions"]["cert.renew"]["escalated"], 1);
    assert_eq!(json["unreviewed"].as_array().unwrap().len(), 2);
    assert_eq!(json["each_other"], serde_json::json!([]));
    let text = specimen.run(&["report", "--quick", "0"]).ok().out;
    for part in [
        "ALARM: emergencies not reviewed in time: 1;",
        "ATTENTION: emergencies to be reviewed: 1;",
        "  u:sam\n    decided  4: 3 approved (75%), 1 rejected\n    time     half within ",
        "0 in under 0s\n    besides  1 too late, 0 in somebody else's place\n",
        "-- groups that were added because nobody had decided\n  leads: 1\n",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
}

#[test]
fn what_was_asked_before_is_left_out_but_no_unreviewed_emergency_is() {
    let specimen = Specimen::drama("report-since");
    let json = specimen.run(&["report", "--since", "2999-01-01T00:00:00Z", "--json"]).ok().json();
    assert_eq!((&json["requests"], &json["reviewers"]), (&0.into(), &serde_json::json!({})));
    assert_eq!(json["unreviewed"].as_array().unwrap().len(), 2);
}
