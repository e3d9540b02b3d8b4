//! Every way in, for everybody who might try it.

use approvals::*;

use crate::world::*;

#[tokio::test(start_paused = true)]
async fn t26_the_agent_reaches_no_door_that_people_use() {
    let world = World::new(asks([ask(1, "ops")])).await;
    // Even where somebody has given the agent an account and a place in the group.
    world.people.set("a", Principal::agent("agent:a").unwrap().member_of(["ops"]).unwrap());
    let request = world.submit(deploy()).await;
    let requester = Refusal::Ineligible(Ineligible::Requester);
    assert_eq!(world.approve("a").await, Err(requester.clone()));
    assert_eq!(world.reject("a").await, Err(requester));
    assert_closed_to(&world, "a", request).await;
}

#[tokio::test(start_paused = true)]
async fn t27_who_may_not_approve_may_not_on_any_path() {
    let world = World::new(asks([ask(1, "ops")])).await;
    world.people.human("sal", &["sales"]);
    let request = world.submit(deploy()).await;
    let not_asked = Refusal::Ineligible(Ineligible::NotAsked);
    for channel in ["chat", "web", "cli", "sdk"] {
        for ballot in [Ballot::approve(&world.card()), Ballot::reject(&world.card(), "no")] {
            let refused = world.vote(&identity(channel, "sal"), ballot.unwrap()).await;
            assert_eq!(refused, Err(not_asked.clone()), "{channel}");
        }
    }
    assert_closed_to(&world, "sal", request).await;
}

/// Neither resolves, nor reviews, nor retires, nor lifts, nor issues anything.
async fn assert_closed_to(world: &World, name: &str, request: RequestId) {
    let (desk, who) = (world.gate.desk(), identity("chat", name));
    let before = world.ledger.entries(0, usize::MAX).await.unwrap().len();
    assert!(desk.resolve(&who, request, Resolution::Done, "so I say").await.is_err());
    assert!(desk.review(&who, request, true, "so I say").await.is_err());
    assert!(desk.retire(&who, request, "so I say").await.is_err());
    let groups = ["ops".parse().unwrap()].into();
    let until = Timestamp::from_millis(4_000_000_000_000);
    if name != "a" {
        let to = "u:friend".parse().unwrap();
        assert!(desk.delegate(&who, to, groups, until, "so I say").await.is_err());
    }
    assert_eq!(
        world.ledger.entries(0, usize::MAX).await.unwrap().len(),
        before,
        "nothing happened"
    );
    let stop = Digest::of("statement", b"none");
    assert!(desk.lift(&who, stop, "so I say").await.is_err());
    let name = "app.deploy".parse().unwrap();
    let terms = StandingTerms::new("agent:a".parse().unwrap(), name, one_of_ops(), 9, until);
    assert!(desk.issue_standing(&who, terms, "so I say").await.is_err());
    assert_eq!(world.state(request).await.phase(), &Phase::Pending);
}

/// A cell of the matrix: who, by relation to the requester.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Relation {
    Agent,
    AgentAlias,
    Owner,
    OwnerAlias,
    SecondOwner,
    DelegateOfOwner,
    OwnerAsDelegate,
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Identity {
    Human,
    Agent,
    Service,
    Unmapped,
}

/// Channel × identity × relation × choice: nobody approves their own, no machine approves, nobody unmapped
/// does anything.
#[tokio::test(start_paused = true)]
async fn no_channel_lets_anybody_approve_their_own_nor_any_machine_approve() {
    use Relation as R;
    let relations = [
        R::Agent,
        R::AgentAlias,
        R::Owner,
        R::OwnerAlias,
        R::SecondOwner,
        R::DelegateOfOwner,
        R::OwnerAsDelegate,
        R::Stranger,
    ];
    let identities = [Identity::Human, Identity::Agent, Identity::Service, Identity::Unmapped];
    let (mut cells, mut approved) = (0, 0);
    for channel in ["chat", "web", "terminal", "cli", "api"] {
        for relation in relations {
            for kind in identities {
                for choice in [Choice::Approve, Choice::Reject] {
                    let may = cell(channel, relation, kind, choice).await;
                    let stranger = relation == R::Stranger && kind != Identity::Unmapped;
                    let expected =
                        stranger && (kind == Identity::Human || choice == Choice::Reject);
                    assert_eq!(may, expected, "{channel} {relation:?} {kind:?} {choice:?}");
                    cells += 1;
                    approved += u32::from(may && choice == Choice::Approve);
                }
            }
        }
    }
    assert!(cells >= 200, "{cells} cells");
    assert_eq!(approved, 5, "one kind of person, in each channel");
}

async fn cell(channel: &str, relation: Relation, kind: Identity, choice: Choice) -> bool {
    let world = World::with(|gate| {
        let chain = agent().on_behalf_of(Principal::human("u:director").unwrap());
        gate.policy(asks([ask(1, "ops")])).requester(chain)
    })
    .await;
    let (id, also) = match relation {
        Relation::Agent => ("agent:a", None),
        Relation::AgentAlias => ("x:bot", Some("agent:a")),
        Relation::Owner | Relation::OwnerAsDelegate => ("u:boss", None),
        Relation::OwnerAlias => ("u:boss-admin", Some("u:boss")),
        Relation::SecondOwner => ("u:director", None),
        Relation::DelegateOfOwner => ("u:friend", None),
        Relation::Stranger => ("u:else", None),
    };
    let principal = match kind {
        Identity::Human => Principal::human(id),
        Identity::Agent => Principal::agent(id),
        Identity::Service | Identity::Unmapped => Principal::service(id),
    };
    let lent = matches!(relation, Relation::DelegateOfOwner | Relation::OwnerAsDelegate);
    let groups: &[&str] = if lent { &[] } else { &["ops"] };
    let principal = principal.unwrap().member_of(groups.iter().copied()).unwrap();
    let principal = principal.also_known_as(also).unwrap();
    if kind != Identity::Unmapped {
        world.people.set("x", principal);
    }
    if lent {
        let from = if relation == Relation::DelegateOfOwner { "boss" } else { "ann" };
        world.people.human(from, &["ops"]);
        let groups = ["ops".parse().unwrap()].into();
        let until = Timestamp::from_millis(4_000_000_000_000);
        let lender = identity("chat", from);
        let desk = world.gate.desk();
        desk.delegate(&lender, id.parse().unwrap(), groups, until, "away").await.unwrap();
    }
    world.submit(deploy()).await;
    let ballot = match choice {
        Choice::Approve => Ballot::approve(&world.card()),
        Choice::Reject => Ballot::reject(&world.card(), "no"),
    };
    world.vote(&identity(channel, "x"), ballot.unwrap()).await.is_ok()
}
