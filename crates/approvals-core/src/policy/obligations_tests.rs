use super::*;

const MINUTE: Duration = Duration::from_secs(60);

fn one(name: &str) -> Obligation {
    Obligation::new(name).unwrap().seats("ops", 1).unwrap()
}

#[test]
fn all_clocks_are_the_shortest_of_those_asked_for() {
    let quick =
        one("quick").approve_within(MINUTE).vote_lives(MINUTE * 2).execute_within(MINUTE * 3);
    let slow =
        one("slow").approve_within(MINUTE * 4).vote_lives(MINUTE * 5).execute_within(MINUTE * 6);
    let (own, other) =
        (slow.clone().approve_within(MINUTE / 2), slow.clone().vote_lives(MINUTE / 2));
    for (all, expected) in [
        (vec![quick.clone(), slow.clone()], (MINUTE, MINUTE * 2, MINUTE * 3)),
        (vec![slow.clone(), quick.clone()], (MINUTE, MINUTE * 2, MINUTE * 3)),
        (vec![own, quick.clone()], (MINUTE / 2, MINUTE * 2, MINUTE * 3)),
        (vec![quick, other], (MINUTE, MINUTE / 2, MINUTE * 3)),
        (vec![slow], (MINUTE * 4, MINUTE * 5, MINUTE * 6)),
    ] {
        let all = Obligations::new(all);
        assert_eq!((all.approve_within(), all.vote_lives(), all.execute_within()), expected);
    }
}

#[test]
fn what_is_among_others_is_there_content_for_content() {
    let (a, b) = (one("a"), one("b"));
    let both = Obligations::new([a.clone(), b.clone()]);
    let longer = Obligations::new([a.clone().vote_lives(MINUTE)]);
    let first = Obligations::new([a]);
    assert!(first.are_among(&both) && both.are_among(&both) && first.are_among(&first));
    assert!(!both.are_among(&first), "one is missing");
    assert!(!longer.are_among(&both), "the name alone is not enough");
    assert!(Obligations::default().are_among(&first), "nothing is asked");
}

#[test]
fn owners_approve_only_where_everything_asked_for_says_so() {
    let (open, closed) = (one("open").owner_may_approve(), one("closed"));
    for (all, expected) in [
        (vec![open.clone()], true),
        (vec![closed.clone()], false),
        (vec![open, closed], false),
        (vec![], false),
    ] {
        assert_eq!(Obligations::new(all).owner_may_approve(), expected);
    }
}

#[test]
fn every_group_that_may_be_asked_is_named_and_joins_when_it_is_due() {
    let all = one("a").seats("leads", 2).unwrap().escalate(MINUTE, "boss").unwrap();
    let group = |name: &str| name.parse::<Group>().unwrap();
    let (ops, boss) = (group("ops"), group("boss"));
    assert_eq!(all.open_to(&ops, MINUTE / 2).collect::<Vec<_>>(), [&ops]);
    assert_eq!(all.open_to(&ops, MINUTE).collect::<Vec<_>>(), [&ops, &boss]);
    let all = Obligations::new([all]);
    assert!(all.groups().into_iter().eq([&boss, &group("leads"), &ops]));
    assert!(all.seats().eq([&ops, &group("leads"), &group("leads")]));
    assert_eq!((&all).into_iter().count(), 1);
}

#[test]
fn people_are_moved_where_a_reminder_or_an_escalation_is_asked_for() {
    let moved = |one| Obligations::new([one]).nudge_people();
    assert!(!moved(one("still")));
    assert!(moved(one("reminded").remind_after(MINUTE)));
    assert!(moved(one("escalated").escalate(MINUTE, "boss").unwrap()));
    assert!(moved(one("added").in_channel("slack").channel_after(MINUTE, "teams")));
    assert!(moved(one("added").in_channel("slack").channel_if_undelivered("teams")));
    assert!(!moved(one("everywhere").channel_after(MINUTE, "teams")));
}

#[test]
fn each_word_about_an_obligation_is_kept() {
    let made = one("a").cool_off(MINUTE).shared().in_channel("slack").veto(0);
    let made = made.assurance(crate::Assurance::ReviewerKey);
    assert_eq!((made.cool_off, made.shared, made.veto.get()), (MINUTE, true, 1));
    assert_eq!(made.assurance, crate::Assurance::ReviewerKey);
    assert_eq!(made.channels, BTreeSet::from(["slack".to_owned()]));
}

#[test]
fn an_obligation_without_added_channels_is_written_as_before_there_were_any() {
    let bytes = |one: &Obligation| serde_json::to_string(one).unwrap();
    let plain = one("a").in_channel("slack");
    assert!(!bytes(&plain).contains("add_channels"), "its digest is what it was");
    let more = plain.channel_after(MINUTE, "teams").channel_if_undelivered("web");
    let steps = r#""add_channels":[{"add_channel":"teams","due":{"after_ms":60000}},{"add_channel":"web","due":"undelivered"}]"#;
    assert!(bytes(&more).contains(steps), "{}", bytes(&more));
    assert_eq!(serde_json::from_str::<Obligation>(&bytes(&more)).unwrap(), more);
}
