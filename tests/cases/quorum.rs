//! Who counts, and how often.

use approvals::*;

use crate::world::*;

fn dba_and_owner() -> Obligation {
    ask(1, "dba").seats("owners", 1).unwrap()
}

#[tokio::test(start_paused = true)]
async fn t09_one_person_in_two_channels_has_one_vote() {
    let world = World::new(asks([ask(2, "ops")])).await;
    let request = world.submit(deploy()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Pending));
    let again = world.vote(&identity("web", "ann"), Ballot::approve(&world.card()).unwrap()).await;
    assert_eq!(again, Err(Refusal::Twice));
    assert_eq!(world.state(request).await.decisions().len(), 1);
    assert_eq!(world.approve("bob").await, Ok(Phase::Granted));
}

#[tokio::test(start_paused = true)]
async fn t10_nobody_on_whose_behalf_it_is_decides() {
    let world = World::with(|gate| {
        let chain = agent().on_behalf_of(Principal::human("u:director").unwrap());
        gate.policy(asks([ask(1, "ops")])).requester(chain)
    })
    .await;
    for name in ["boss", "director"] {
        world.people.human(name, &["ops"]);
    }
    world.submit(deploy()).await;
    for name in ["boss", "director"] {
        assert_eq!(world.approve(name).await, Err(Refusal::Ineligible(Ineligible::Owner)));
        assert_eq!(world.reject(name).await, Err(Refusal::Ineligible(Ineligible::Owner)));
    }
    // Nor under another account.
    let admin = Principal::human("u:admin").unwrap().member_of(["ops"]).unwrap();
    world.people.set("admin", admin.also_known_as(["u:boss"]).unwrap());
    assert_eq!(world.approve("admin").await, Err(Refusal::Ineligible(Ineligible::Owner)));
}

#[tokio::test(start_paused = true)]
async fn t11_an_account_that_nobody_has_linked_has_no_vote() {
    let world = World::new(asks([ask(1, "ops")])).await;
    world.submit(deploy()).await;
    let stranger = identity("chat", "boss-private");
    let refused = world.vote(&stranger, Ballot::approve(&world.card()).unwrap()).await;
    assert_eq!(refused, Err(Refusal::Unmapped(stranger)));
}

#[tokio::test(start_paused = true)]
async fn t12_a_bot_never_approves_and_may_reject() {
    let world = World::new(asks([ask(1, "ops")])).await;
    let bot = Principal::service("svc:ci").unwrap().member_of(["ops"]).unwrap();
    world.people.set("ci", bot);
    world.submit(deploy()).await;
    assert_eq!(world.approve("ci").await, Err(Refusal::Ineligible(Ineligible::NotHuman)));
    assert!(matches!(world.reject("ci").await, Ok(Phase::Ended(_))));
    let denied = world.pick_up(deploy()).await;
    assert!(matches!(denied, Err(Denied::Rejected { .. })), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn t13_people_are_matched_to_seats_and_not_counted() {
    let world = World::new(asks([dba_and_owner()])).await;
    world.people.human("ann", &["dba", "owners"]);
    world.people.human("bob", &["dba"]);
    world.submit(deploy()).await;
    assert_eq!(world.approve("ann").await, Ok(Phase::Pending), "one person, one seat");
    assert_eq!(world.approve("bob").await, Ok(Phase::Granted), "ann moves to the owner's seat");
}

#[tokio::test(start_paused = true)]
async fn t14_a_lent_vote_is_one_vote_and_never_the_requesters() {
    let world = World::new(asks([ask(2, "ops")])).await;
    world.people.human("friend", &[]);
    world.people.human("boss", &[]);
    let desk = world.gate.desk();
    let until = Timestamp::from_millis(4_000_000_000_000);
    let lend = async |to: &str| {
        let groups = ["ops".parse().unwrap()].into();
        let ann = identity("chat", "ann");
        desk.delegate(&ann, to.parse().unwrap(), groups, until, "on leave").await.unwrap();
    };
    lend("u:boss").await;
    world.submit(deploy()).await;
    assert_eq!(world.approve("boss").await, Err(Refusal::Ineligible(Ineligible::Owner)));
    lend("u:friend").await;
    assert_eq!(world.approve("friend").await, Ok(Phase::Pending));
    assert_eq!(world.approve("ann").await, Err(Refusal::Twice), "her vote was given for her");
    assert_eq!(world.approve("bob").await, Ok(Phase::Granted));
    let trail = world.trail().await;
    let first = trail.states().next().unwrap().1.decisions()[0].clone();
    assert_eq!(first.delegator.unwrap().id().as_str(), "u:ann", "for everybody to see");
    world.pick_up(deploy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn t14_a_lent_vote_is_lent_for_a_while_and_for_ones_own_groups() {
    let world = World::new(asks([ask(1, "ops")])).await;
    world.people.human("friend", &[]);
    let desk = world.gate.desk();
    let start = Timestamp::from_millis(1_893_456_000_000);
    let lend = |group: &str, minutes: u32| {
        let groups = [group.parse().unwrap()].into();
        let to = "u:friend".parse().unwrap();
        let until = start.after(MINUTE * minutes);
        let ann = identity("chat", "ann");
        let desk = desk.clone();
        async move { desk.delegate(&ann, to, groups, until, "on leave").await }
    };
    assert!(lend("leads", 10).await.is_err(), "ann is no lead");
    lend("ops", 10).await.unwrap();
    world.submit(deploy()).await;
    tokio::time::sleep(MINUTE * 10).await;
    let late = world.approve("friend").await;
    assert_eq!(late, Err(Refusal::Ineligible(Ineligible::NotAsked)));
    lend("ops", 15).await.unwrap();
    world.gate.desk().undelegate(&identity("chat", "ann"), "I am back").await.unwrap();
    let taken_back = world.approve("friend").await;
    assert_eq!(taken_back, Err(Refusal::Ineligible(Ineligible::NotAsked)));
}

#[tokio::test(start_paused = true)]
async fn t15_an_approver_who_has_left_the_group_by_then_counts_no_more() {
    let world = World::new(asks([ask(2, "ops")])).await;
    world.submit(deploy()).await;
    world.approve("ann").await.unwrap();
    world.approve("bob").await.unwrap();
    world.people.human("bob", &["sales"]);
    let denied = world.pick_up(deploy()).await;
    assert!(matches!(denied, Err(Denied::Revoked { .. })), "{denied:?}");
    assert_eq!(world.ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn t16_who_joins_a_group_later_waits_before_approving_what_was_pending() {
    let cool = Obligation::new("cool").unwrap().seats("ops", 1).unwrap();
    let cool = cool.approve_within(MINUTE * 60 * 48).cool_off(MINUTE * 60);
    let world = World::new(asks([cool])).await;
    world.submit(deploy()).await;
    tokio::time::sleep(MINUTE).await;
    let joined = Timestamp::from_millis(1_893_456_000_000).after(MINUTE);
    let newcomer = Principal::human("u:new").unwrap().member_since("ops", joined).unwrap();
    world.people.set("new", newcomer);
    assert_eq!(world.approve("new").await, Err(Refusal::Ineligible(Ineligible::CoolingOff)));
    tokio::time::sleep(MINUTE * 60).await;
    assert_eq!(world.approve("new").await, Ok(Phase::Granted));
}

#[tokio::test(start_paused = true)]
async fn t17_what_too_few_could_approve_is_refused_at_once_with_the_reason() {
    let world = World::new(asks([ask(3, "ops")])).await;
    world.people.human("boss", &["ops"]);
    world.people.remove("cyd");
    let denied = world.run(deploy()).await;
    let reason = "`3-ops` needs 3 of the group `ops`, and 2 could approve".to_owned();
    assert_eq!(denied, Err(Denied::Unsatisfiable { reason }));
    assert!(world.wall.cards.lock().unwrap().is_empty(), "nobody was bothered");
}

#[tokio::test(start_paused = true)]
async fn t18_eight_who_approve_at_once_make_one_grant() {
    let world = World::new(asks([ask(2, "ops")])).await;
    let names: Vec<String> = (0..8).map(|n| format!("p{n}")).collect();
    for name in &names {
        world.people.human(name, &["ops"]);
    }
    let request = world.submit(deploy()).await;
    let mut voting = tokio::task::JoinSet::new();
    for name in names {
        let world = world.clone();
        voting.spawn(async move { world.approve(&name).await });
    }
    let votes = voting.join_all().await;
    let granted = votes.iter().filter(|vote| **vote == Ok(Phase::Granted)).count();
    let late = votes.iter().filter(|vote| **vote == Err(Refusal::Over)).count();
    assert_eq!((granted, late), (1, 6), "{votes:?}");
    let state = world.state(request).await;
    assert_eq!((state.decisions().len(), state.late().len()), (2, 6), "late ones are on record");
    let events = world.trail().await.events(request).to_vec();
    let grants = events.iter().filter(|event| matches!(event.what, What::Granted { .. }));
    assert_eq!(grants.count(), 1);
}
