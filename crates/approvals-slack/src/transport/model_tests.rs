use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

const USER: &str = "U0ADA";

fn member(user: &Value) -> Option<Member> {
    let user: User = serde_json::from_value(user.clone()).ok()?;
    user.member(&USER.parse().unwrap())
}

fn full() -> Value {
    json!({
        "id": USER, "team_id": "T1", "deleted": false, "is_bot": false, "is_restricted": false,
        "is_ultra_restricted": false, "name": "ada", "profile": {},
    })
}

fn flag() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(json!(null))),
        Just(Some(json!(true))),
        Just(Some(json!(false)))
    ]
}

/// Whoever counts as a full member has been said to be none of the others.
fn is_said_to_be_full(user: &Value) -> bool {
    let is_no = |name: &str| user[name] == json!(false);
    let is_never = |name: &str| user[name] != json!(true);
    ["deleted", "is_bot", "is_restricted", "is_ultra_restricted"].into_iter().all(is_no)
        && ["is_stranger", "is_workflow_bot", "is_connector_bot"].into_iter().all(is_never)
}

proptest! {
    #[test]
    fn nobody_is_a_full_member_whom_slack_does_not_say_to_be_one(flags in proptest::collection::vec(flag(), 7)) {
        let names = ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot", "is_connector_bot"];
        let mut user = Map::from_iter([("id".to_owned(), json!(USER))]);
        for (name, flag) in names.into_iter().zip(flags) {
            user.extend(flag.map(|flag| (name.to_owned(), flag)));
        }
        let user = Value::Object(user);
        let is_full = member(&user).is_some_and(|member| member.standing == Standing::Full);
        prop_assert_eq!(is_full, is_said_to_be_full(&user));
        // Planted: to take what is missing for no.
        let careless = user["deleted"] != json!(true) && user["is_bot"] != json!(true);
        prop_assert!(careless || !is_full);
    }

    #[test]
    fn whatever_is_answered_is_read_or_refused(text in any::<String>(), name in "[a-z_]{1,12}") {
        let mut user = full();
        user[&name] = json!(text);
        member(&user);
        let test: Result<AuthTest, _> = serde_json::from_value(json!({"team_id": text, "user_id": USER, "bot_id": text}));
        prop_assert!(test.unwrap().installation(Vec::new()).is_none() || text.starts_with('T'));
    }
}

#[test]
fn a_member_is_of_a_workspace_or_of_an_organization_and_the_answer_agrees_with_itself() {
    let found = member(&full()).unwrap();
    assert_eq!((found.team, found.enterprise), (Some("T1".parse().unwrap()), None));

    let mut user = full();
    user["enterprise_user"] = json!({"id": USER, "enterprise_id": "E1", "teams": ["T1", "T2"]});
    let found = member(&user).unwrap();
    assert_eq!(found.enterprise, Some("E1".parse().unwrap()));
    assert_eq!(found.teams.len(), 2);

    user["team_id"] = json!("E1");
    let found = member(&user).unwrap();
    assert_eq!((found.team, found.enterprise), (None, Some("E1".parse().unwrap())));
    user["team_id"] = json!("E2");
    assert_eq!(member(&user), None, "two organizations");
    user["team_id"] = json!("elsewhere");
    assert_eq!(member(&user), None, "no workspace is called that");

    let mut user = full();
    user["id"] = json!("U0BOB");
    assert_eq!(member(&user), None, "somebody else");
}

#[test]
fn slackbot_is_a_bot_whatever_it_says_of_itself() {
    let mut user = full();
    user["id"] = json!("USLACKBOT");
    let user: User = serde_json::from_value(user).unwrap();
    let found = user.member(&"USLACKBOT".parse().unwrap()).unwrap();
    assert_eq!(found.standing, Standing::Bot);
}

#[test]
fn an_installation_is_in_a_workspace_or_in_an_organization() {
    let installation = |value: Value| {
        let test: Option<AuthTest> = serde_json::from_value(value).ok();
        test?.installation(Vec::new())
    };
    let bot = json!({"team_id": "T1", "user_id": "U1", "bot_id": "B1"});
    let found = installation(bot.clone()).unwrap();
    assert!(!found.is_org_wide && found.team.is_some() && found.enterprise.is_none());

    for team in ["T1", "E1"] {
        let wide = json!({"team_id": team, "enterprise_id": "E1", "is_enterprise_install": true, "user_id": "U1", "bot_id": "B1"});
        let found = installation(wide).unwrap();
        assert!(found.is_org_wide && found.team.is_none() && found.enterprise.is_some());
    }
    for (name, value) in [
        ("bot_id", json!("X1")),
        ("bot_id", json!(null)),
        ("team_id", json!("E1")),
        ("user_id", json!("T1")),
    ] {
        let mut bad = bot.clone();
        bad[name] = value;
        assert_eq!(installation(bad.clone()), None, "{bad}");
    }
}

#[test]
fn a_channel_is_usable_only_where_slack_says_so_or_nobody_else_is_in_it() {
    let channel = |more: Value| {
        let mut channel = json!({"id": "C1"});
        channel.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let info: ChannelInfo = serde_json::from_value(json!({ "channel": channel })).unwrap();
        info.channel(&"C1".parse().unwrap()).map(|found| (found.is_member, found.is_archived))
    };
    assert_eq!(channel(json!({"is_member": true, "is_archived": false})), Some((true, false)));
    assert_eq!(channel(json!({})), Some((false, true)));
    assert_eq!(channel(json!({"is_im": true})), Some((true, false)));
    assert_eq!(channel(json!({"id": "C2", "is_member": true})), None, "another channel");
}
