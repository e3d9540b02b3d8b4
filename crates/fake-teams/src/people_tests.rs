//! Who is in a conversation.

use serde_json::{Value, json};

use crate::harness_tests::{connect, encode, error, json_of};
use crate::{FakeTeams, MemberId, Person, office};

async fn member(teams: &FakeTeams, who: &str) -> Value {
    let path = format!("/{}/members/{}", encode(office::DEPLOYS), encode(who));
    let answer = connect(teams, ("GET", &path), &Value::Null).await.unwrap();
    assert_eq!(answer.status, 200);
    json_of(&answer)
}

#[tokio::test]
async fn a_member_is_found_by_each_id() {
    let teams = FakeTeams::start().await;
    let ada = member(&teams, office::ADA).await;
    assert_eq!(ada["id"], office::ADA);
    assert_eq!(ada["objectId"], office::ADA_OBJECT);
    assert_eq!((&ada["tenantId"], &ada["userRole"]), (&json!(office::TENANT), &json!("user")));
    assert_eq!(ada["userPrincipalName"], "ada@office.example");
    for id in [office::ADA_OBJECT, "ada@office.example"] {
        assert_eq!(member(&teams, id).await, ada);
    }
    assert_eq!(teams.calls_of("member").len(), 3);
}

#[tokio::test]
async fn the_id_of_the_directory_has_either_name_or_both() {
    let teams = FakeTeams::start().await;
    for (named, names) in [
        (MemberId::ObjectId, &["objectId"][..]),
        (MemberId::AadObjectId, &["aadObjectId"]),
        (MemberId::Both, &["objectId", "aadObjectId"]),
    ] {
        teams.edit(|world| world.settings.member_id = named);
        let ada = member(&teams, office::ADA).await;
        for name in ["objectId", "aadObjectId"] {
            let shown = names.contains(&name).then(|| json!(office::ADA_OBJECT));
            assert_eq!(ada.get(name), shown.as_ref(), "{named:?}");
        }
    }
}

#[tokio::test]
async fn guests_strangers_and_nameless_ones_are_told_apart() {
    let teams = FakeTeams::start().await;
    let guest = member(&teams, office::GUEST).await;
    assert_eq!((&guest["userRole"], &guest["tenantId"]), (&json!("guest"), &json!(office::TENANT)));
    let stranger = member(&teams, office::STRANGER).await;
    assert_eq!(stranger["tenantId"], office::OTHER_TENANT);
    let nameless = member(&teams, office::NAMELESS).await;
    assert!(nameless.get("aadObjectId").is_none() && nameless.get("objectId").is_none());
    let path = format!("/{}/members/{}", encode(office::LEADS), encode(office::ANONYMOUS));
    let anonymous = json_of(&connect(&teams, ("GET", &path), &Value::Null).await.unwrap());
    assert_eq!(anonymous["userRole"], "anonymous");
    assert!(anonymous.get("userPrincipalName").is_none());
}

#[tokio::test]
async fn who_has_left_is_no_member() {
    let teams = FakeTeams::start().await;
    let path = |who: &str| format!("/{}/members/{}", encode(office::DEPLOYS), encode(who));
    for who in [office::GONE, "29:nobody", office::ANONYMOUS] {
        let refused = error(&teams, ("GET", &path(who)), &Value::Null).await;
        assert_eq!(refused, (404, "MemberNotFoundInConversation".to_owned()));
    }
    member(&teams, office::CAROL).await;
    teams
        .edit(|world| world.conversation(office::DEPLOYS).members.retain(|it| it != office::CAROL));
    let refused = error(&teams, ("GET", &path(office::CAROL)), &Value::Null).await;
    assert_eq!(refused.0, 404);
}

#[tokio::test]
async fn members_come_in_pages_of_fifty_or_more() {
    let teams = FakeTeams::start().await;
    teams.edit(|world| {
        for at in 0..60 {
            let id = format!("29:{at}");
            world.people.push(Person::new(&id, &id, "Another"));
            world.conversation(office::LEADS).members.push(id);
        }
    });
    let page = async |query: &str| {
        let path = format!("/{}/pagedmembers{query}", encode(office::LEADS));
        json_of(&connect(&teams, ("GET", &path), &Value::Null).await.unwrap())
    };
    let all = page("").await;
    assert_eq!(all["members"].as_array().unwrap().len(), 65);
    assert!(all.get("continuationToken").is_none());
    let first = page("?pageSize=2").await;
    assert_eq!(first["members"].as_array().unwrap().len(), 50);
    let next = first["continuationToken"].as_str().unwrap();
    let second = page(&format!("?pageSize=2&continuationToken={next}")).await;
    assert_eq!(second["members"].as_array().unwrap().len(), 15);
    assert_eq!(second["members"][14], all["members"][64]);
    let path = format!("/{}/pagedMembers", encode(office::LEADS));
    let same = connect(&teams, ("GET", &path), &Value::Null).await.unwrap();
    assert_eq!(json_of(&same), all, "it is written in two ways");
    assert_eq!(page("?pageSize=few").await["error"]["code"], "BadSyntax");
}
