//! Whose click counts: cases 9 to 13, 15 and 49 of the failure cases.

use approvals_core::{Denied, Phase, Principal, Requester};
use fake_teams::office::{
    ANONYMOUS, GONE, GONE_OBJECT, NAMELESS, OTHER_TENANT, STRANGER, STRANGER_OBJECT,
};
use fake_teams::{Fault, Message, Person};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::office::*;

/// A click that does not count, and of which whoever clicked alone hears why.
async fn told_why(office: &Office, card: &Message, user: &str) -> String {
    let answer = office.click(card, APPROVE, user).send().await;
    let said = told(&answer);
    assert!(said.contains("was not counted"), "{said}");
    said.to_owned()
}

/// Nothing is decided, and the card is as it was.
async fn is_unchanged(office: &Office, card: &Message) {
    let (_, state) = office.only().await;
    assert_eq!((state.phase(), state.decisions().len()), (&Phase::Pending, 0));
    let now = office.teams.message(&card.conversation, &card.id).unwrap();
    assert_eq!((now.card(), now.edits.len()), (card.card(), card.edits.len()));
    office.host.ran.assert_never_ran();
}

/// A card that waits.
async fn shown(plan: Plan) -> (Office, JoinHandle<Result<(), Denied>>, Message) {
    let office = Office::open(plan).await;
    let running = office.run();
    let card = office.teams.until("a card has buttons", |teams| {
        let (deploys, leads) = (teams.messages(DEPLOYS), teams.messages(LEADS));
        deploys.into_iter().chain(leads).rfind(has_buttons)
    });
    let card = card.await;
    office.log.settled().await;
    (office, running, card)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_guest_stranger_or_nameless_one_of_teams_decides_and_each_is_told_why() {
    let (office, running, card) = shown(Plan::of(1, "ops")).await;
    let said = told_why(&office, &card, GUEST).await;
    assert!(said.contains("guests"), "{said}");
    let said = told_why(&office, &card, STRANGER).await;
    assert!(said.contains("members of this organization"), "{said}");
    // Who somebody is that has no id in the directory, nobody can say.
    let said = told_why(&office, &card, NAMELESS).await;
    assert!(said.contains("with which account"), "{said}");
    is_unchanged(&office, &card).await;
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_came_into_a_chat_by_a_link_decides_nothing_there() {
    let plan = Plan { config: leads_in_their_chat, ..Plan::of(1, "leads") };
    let (office, _running, card) = shown(plan).await;
    assert_eq!(card.conversation, LEADS);
    let said = told_why(&office, &card, ANONYMOUS).await;
    assert!(said.contains("with which account"), "{said}");
    // Nor with an id that the directory has never heard of, or one of somebody else who is called anonymous.
    office.teams.edit(|world| {
        let object = "a0000000-2c4b-4175-8582-000000000001".to_owned();
        world.person(ANONYMOUS).aad_object_id = Some(object);
    });
    let said = told_why(&office, &card, ANONYMOUS).await;
    assert!(said.contains("guests"), "{said}");
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_the_conversation_or_the_organization_decides_nothing() {
    let (office, running, card) = shown(Plan::of(1, "ops")).await;
    let said = told_why(&office, &card, GONE).await;
    assert!(said.contains("none of the conversations"), "{said}");
    let (bob, carol) = (office.click(&card, APPROVE, BOB), office.click(&card, APPROVE, CAROL));
    office.teams.edit(|world| {
        world.conversation(DEPLOYS).members.retain(|member| member != BOB);
        world.person(CAROL).tenant = OTHER_TENANT.to_owned();
    });
    for click in [bob, carol] {
        let answer = click.send().await;
        assert!(told(&answer).contains("was not counted"), "{answer:?}");
    }
    is_unchanged(&office, &card).await;
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_somebody_else_by_what_they_are_called_in_the_activity() {
    let (office, _running, card) = shown(Plan::of(1, "ops")).await;
    // Ada's name and Ada's id in Teams, and the directory's id of others.
    for object in [GONE_OBJECT, STRANGER_OBJECT] {
        let click = office.click(&card, APPROVE, ADA);
        let answer = click.activity(|it| it["from"]["aadObjectId"] = json!(object)).send().await;
        assert!(told(&answer).contains("was not counted"), "{answer:?}");
    }
    let click = office.click(&card, APPROVE, ADA);
    let answer = click.activity(|it| it["from"]["aadObjectId"] = json!("ada@office.example"));
    assert_eq!(answer.send().await.status, Some(400));
    // Teams says of somebody else who that is.
    let bob = json!({ "id": BOB, "objectId": account(BOB).subject().split_once('/').unwrap().1,
        "tenantId": TENANT, "userRole": "user", "name": "Ada" });
    office.teams.fault_always("member", Fault::body(&bob.to_string()));
    let answer = office.click(&card, APPROVE, ADA).send().await;
    assert!(told(&answer).contains("recorded"), "{answer:?}");
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whom_the_directory_does_not_know_decides_nothing() {
    let (office, _running, card) = shown(Plan::of(1, "ops")).await;
    let eve = "29:1eve";
    office.teams.edit(|world| {
        world.people.push(Person::new(eve, "5b6f0b0e-0000-4000-8000-00000000000e", "Ada"));
        world.conversation(DEPLOYS).members.push(eve.to_owned());
    });
    told_why(&office, &card, eve).await;
    is_unchanged(&office, &card).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_in_teams_what_their_own_agent_asks() {
    let own = |gate: approvals_core::GateBuilder| {
        let agent = Principal::agent("agent:deployer").unwrap();
        gate.requester(Requester::new(agent).on_behalf_of(ops("u:ada")))
    };
    let (office, running, card) = shown(Plan { gate: own, ..Plan::of(1, "ops") }).await;
    told_why(&office, &card, ADA).await;
    is_unchanged(&office, &card).await;
    office.click(&card, APPROVE, BOB).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_is_kept_while_teams_cannot_say_who_that_is_and_counts_once_it_can() {
    for fault in [Fault::status(503), Fault::too_many_requests(Some("3")), Fault::malformed()] {
        let (office, running, card) = shown(Plan::of(1, "ops")).await;
        office.teams.fault_always("member", fault);
        let answer = office.click(&card, APPROVE, ADA).send().await;
        assert!(told(&answer).contains("recorded"), "{answer:?}");
        is_unchanged(&office, &card).await;
        assert!(!running.is_finished());
        office.teams.heal("member");
        assert_eq!(running.await.unwrap(), Ok(()));
        office.host.ran.assert_ran_once();
        assert_eq!(office.only().await.1.decisions().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_teams_does_not_let_members_be_looked_up_nobody_decides() {
    let (office, running, card) = shown(Plan::of(1, "ops")).await;
    for (status, code) in [(403, "BotNotInConversationRoster"), (404, "ConversationNotFound")] {
        office.teams.fault_always("member", Fault::error(status, code));
        told_why(&office, &card, ADA).await;
        is_unchanged(&office, &card).await;
    }
    office.teams.heal("member");
    office.click(&card, APPROVE, ADA).send().await;
    assert_eq!(running.await.unwrap(), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_approve_nothing_is_posted_in_teams() {
    let office = Office::open(Plan::of(1, "nobody")).await;
    let denied = office.run().await.unwrap().unwrap_err();
    let is_for_that = matches!(denied, Denied::Unsatisfiable { .. });
    assert!(is_for_that, "{denied:?}");
    assert!(office.teams.messages(DEPLOYS).is_empty());
}
