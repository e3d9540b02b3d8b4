//! What Slack's documentation shows is understood, and what differs in one place is refused for that place.

use serde_json::{Value, json};

use super::*;

fn wrong(field: &'static str) -> CallbackError {
    Malformed::Wrong(field).into()
}

fn missing(field: &'static str) -> CallbackError {
    Malformed::Missing(field).into()
}

fn differ(one: &'static str, other: &'static str) -> CallbackError {
    Malformed::Differ(one, other).into()
}

/// A click as Slack's documentation shows it, on a button of ours.
pub(super) fn a_press() -> Value {
    json!({
        "type": "block_actions",
        "user": {"id": "U0123ABCD", "username": "mira", "name": "mira", "team_id": "T0123ABCD"},
        "api_app_id": "A0123ABCD",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": "1712345678.000100", "channel_id": "C0123ABCD", "is_ephemeral": false},
        "trigger_id": "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
        "team": {"id": "T0123ABCD", "domain": "shop"},
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": {"id": "C0123ABCD", "name": "deploys"},
        "message": {"type": "message", "ts": "1712345678.000100", "bot_id": "B1", "blocks": [{"type": "actions"}]},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0123ABCD/1/x",
        "actions": [{
            "type": "button", "action_id": "approvals.approve", "block_id": "b1",
            "text": {"type": "plain_text", "text": "Approve", "emoji": false},
            "value": "v1.01890a5d-ac96-774b-bcce-b302099a8057.0123456789abcdef0123456789abcdef",
            "style": "primary", "action_ts": "1712345700.123456",
        }],
    })
}

/// The form in which a reason was given.
pub(super) fn a_reason() -> Value {
    json!({
        "type": "view_submission",
        "team": {"id": "T0123ABCD", "domain": "shop"},
        "user": {"id": "U0123ABCD", "username": "mira", "team_id": "T0123ABCD"},
        "api_app_id": "A0123ABCD",
        "token": "deprecated",
        "view": {
            "id": "V1", "type": "modal", "callback_id": "approvals.reason", "app_id": "A0123ABCD",
            "private_metadata": "v1.01890a5d-ac96-774b-bcce-b302099a8057.0123456789abcdef0123456789abcdef",
            "state": {"values": {"approvals.reason": {"approvals.reason": {"type": "plain_text_input", "value": "not on a Friday"}}}},
        },
        "is_enterprise_install": false,
        "enterprise": null,
    })
}

/// The same with another value at one place; `/-` behind the place takes it away.
fn with(mut payload: Value, place: &str, value: Value) -> Value {
    if let Some(place) = place.strip_suffix("/-") {
        let (parent, name) = place.rsplit_once('/').unwrap();
        payload.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    } else if let Some(there) = payload.pointer_mut(place) {
        *there = value;
    } else {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = payload.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_owned(), value);
    }
    payload
}

fn read(payload: &Value) -> Result<Callback, CallbackError> {
    from_json(payload.to_string().as_bytes())
}

fn pressed(payload: &Value) -> Press {
    match read(payload) {
        Ok(Callback::Press(press)) => press,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_click_is_understood() {
    let press = pressed(&a_press());
    assert_eq!(press.sender.app.as_str(), "A0123ABCD");
    assert_eq!(press.sender.team, "T0123ABCD".parse().ok());
    assert_eq!(press.sender.enterprise, None);
    assert!(!press.sender.is_org_wide);
    assert_eq!(press.sender.user.as_str(), "U0123ABCD");
    assert_eq!(press.channel.as_str(), "C0123ABCD");
    assert_eq!(press.message.as_str(), "1712345678.000100");
    assert_eq!(press.choice, Choice::Approve);
    assert_eq!(&*press.value, a_press()["actions"][0]["value"]);
    assert_eq!(press.action_ts.as_str(), "1712345700.123456");
    assert_eq!(press.trigger_id.as_deref(), a_press()["trigger_id"].as_str());
    let rejects = with(a_press(), "/actions/0/action_id", json!("approvals.reject"));
    assert_eq!(pressed(&rejects).choice, Choice::Reject);
}

#[test]
fn what_a_button_carries_is_not_printed() {
    for callback in [read(&a_press()).unwrap(), Callback::Press(pressed(&a_press()))] {
        let printed = format!("{callback:?}{callback:#?}");
        assert!(printed.contains("U0123ABCD"), "{printed}");
        assert!(!printed.contains("0123456789abcdef"), "{printed}");
    }
}

#[test]
fn both_ways_in_lead_to_the_same_click() {
    let text = format!("{:#}", a_press()).replace("mira", "\\u006dira");
    let percent = |byte: u8| format!("%{byte:02x}");
    let body: String = text.bytes().map(percent).collect();
    let press = Callback::Press(pressed(&a_press()));
    assert_eq!(from_form(format!("payload={body}").as_bytes()), Ok(press.clone()));
    assert_eq!(from_json(text.as_bytes()), Ok(press.clone()));
    assert_eq!(from_value(&a_press()), Ok(press));
}

#[test]
fn in_an_organization_the_workspace_may_be_missing_and_people_belong_to_either() {
    let organization = json!({"id": "E0123ABCD", "name": "Shop"});
    let payload = with(with(a_press(), "/team", json!(null)), "/enterprise", organization.clone());
    let payload = with(payload, "/is_enterprise_install", json!(true));
    let press = pressed(&with(payload, "/user/team_id", json!("E0123ABCD")));
    assert_eq!((press.sender.team, press.sender.is_org_wide), (None, true));
    assert_eq!(press.sender.enterprise, "E0123ABCD".parse().ok());

    let inside = with(a_press(), "/enterprise", organization);
    let press = pressed(&with(inside, "/user/team_id", json!("T0FOREIGN")));
    assert!(press.sender.team.is_some() && press.sender.enterprise.is_some());

    let nowhere = with(a_press(), "/team", json!(null));
    assert_eq!(read(&nowhere), Err(missing("enterprise")));
    let nowhere = with(a_press(), "/is_enterprise_install", json!(true));
    assert_eq!(read(&nowhere), Err(missing("enterprise")));
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    for place in [
        "/token/-",
        "/trigger_id/-",
        "/enterprise/-",
        "/is_enterprise_install/-",
        "/channel/-",
        "/message/-",
        "/state/-",
        "/response_url/-",
        "/container/is_ephemeral/-",
        "/container/channel_id/-",
        "/container/message_ts/-",
        "/user/username/-",
        "/user/team_id/-",
        "/message/blocks/-",
    ] {
        pressed(&with(a_press(), place, json!(null)));
    }
    // What nobody knows of yet means nothing.
    for (place, value) in [
        ("/new", json!({"deep": [1, {"x": null}]})),
        ("/actions/0/new", json!([])),
        ("/message/blocks", json!([{"type": "hologram", "value": "v1.x"}])),
        ("/token", json!(7)),
        ("/user/team_id", json!("U0123ABCD")),
        ("/user/team_id", json!(7)),
        ("/channel", json!(null)),
    ] {
        pressed(&with(a_press(), place, value));
    }
}

#[test]
fn what_differs_in_one_place_is_refused_for_that_place() {
    for (place, value, refusal) in [
        ("/user/-", json!(null), missing("user")),
        ("/user", json!("U0123ABCD"), wrong("user")),
        ("/user/id/-", json!(null), missing("user.id")),
        ("/user/id", json!(null), missing("user.id")),
        ("/user/id", json!("u0123abcd"), wrong("user.id")),
        ("/user/id", json!(["U0123ABCD"]), wrong("user.id")),
        ("/api_app_id/-", json!(null), missing("api_app_id")),
        ("/api_app_id", json!("B0123ABCD"), wrong("api_app_id")),
        ("/team", json!("T0123ABCD"), wrong("team")),
        ("/team/id/-", json!(null), missing("team.id")),
        ("/enterprise", json!({}), missing("enterprise.id")),
        ("/is_enterprise_install", json!("false"), wrong("is_enterprise_install")),
    ] {
        assert_eq!(read(&with(a_press(), place, value)), Err(refusal), "{place}");
    }
}

#[test]
fn what_was_clicked_where_is_said_once_or_twice_and_not_in_two_ways() {
    let long = "x".repeat(256);
    for (place, value, refusal) in [
        ("/container/-", json!(null), missing("container")),
        ("/container/type/-", json!(null), wrong("container.type")),
        ("/container/type", json!("view"), wrong("container.type")),
        ("/container/type", json!("message_attachment"), wrong("container.type")),
        ("/container/is_ephemeral", json!(true), wrong("container.is_ephemeral")),
        ("/container/channel_id", json!("C0OTHER"), differ("container.channel_id", "channel.id")),
        ("/channel/id", json!("C0OTHER"), differ("container.channel_id", "channel.id")),
        ("/channel", json!([]), wrong("channel")),
        ("/message/ts", json!("1712345678.000101"), differ("container.message_ts", "message.ts")),
        ("/message/ts", json!(1_712_345_678.5), wrong("message.ts")),
        (
            "/container/message_ts",
            json!("1712345678.0001"),
            differ("container.message_ts", "message.ts"),
        ),
        ("/trigger_id", json!(7), wrong("trigger_id")),
        ("/trigger_id", json!(long), wrong("trigger_id")),
        ("/actions/-", json!(null), missing("actions")),
        ("/actions", json!({"0": {}}), wrong("actions")),
        ("/actions", json!([7]), wrong("actions")),
        ("/actions/0/type", json!("static_select"), wrong("actions.type")),
        ("/actions/0/action_id", json!(1), wrong("actions.action_id")),
        ("/actions/0/value/-", json!(null), missing("actions.value")),
        ("/actions/0/value", json!(""), wrong("actions.value")),
        ("/actions/0/value", json!(long), wrong("actions.value")),
        ("/actions/0/value", json!({"v": 1}), wrong("actions.value")),
        ("/actions/0/action_ts/-", json!(null), missing("actions.action_ts")),
        ("/actions/0/action_ts", json!("now"), wrong("actions.action_ts")),
    ] {
        assert_eq!(read(&with(a_press(), place, value)), Err(refusal), "{place}");
    }
    let nowhere =
        with(with(a_press(), "/container/channel_id/-", json!(null)), "/channel/-", json!(null));
    assert_eq!(read(&nowhere), Err(missing("container.channel_id")));
}

#[test]
fn a_click_does_one_thing() {
    let one = a_press()["actions"][0].clone();
    let link = json!({"type": "button", "action_id": "elsewhere", "action_ts": "1.2"});
    for several in [json!([one, one]), json!([one, link]), json!([link, one])] {
        let refused = read(&with(a_press(), "/actions", several));
        assert_eq!(refused, Err(wrong("actions")));
    }
    for others in [json!([]), json!([link]), json!([link, link]), json!([{}])] {
        assert_eq!(read(&with(a_press(), "/actions", others)), Ok(Callback::Other));
    }
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    let text = a_press().to_string();
    for (field, twice) in [
        (r#""id":"U0123ABCD""#, r#""id":"U0123ABCD","id":"U0OTHER""#),
        (r#""api_app_id""#, r#""api_app_id":"A0OTHER","api_app_id""#),
        (r#""type":"block_actions""#, r#""\u0074ype":"block_actions","type":"block_actions""#),
    ] {
        assert!(text.contains(field));
        let refused = from_json(text.replacen(field, twice, 1).as_bytes()).unwrap_err();
        assert!(refused.to_string().ends_with("stands twice in the same object"), "{refused}");
    }
}

const VALUES: &str = "view.state.values";

#[test]
fn a_reason_is_understood_as_it_was_typed() {
    let typed = "no: <!channel> *really*\n\u{202e} `x` \u{1f642}";
    let place = "/view/state/values/approvals.reason/approvals.reason/value";
    let Ok(Callback::Reason(said)) = read(&with(a_reason(), place, json!(typed))) else { panic!() };
    assert_eq!(said.reason, typed);
    assert_eq!(said.private_metadata, a_reason()["view"]["private_metadata"]);
    assert_eq!(said.sender.user.as_str(), "U0123ABCD");
    let longest = with(a_reason(), place, json!("x".repeat(4096)));
    assert!(matches!(read(&longest), Ok(Callback::Reason(_))));

    for (place, value, refusal) in [
        (place, json!("x".repeat(4097)), wrong(VALUES)),
        (place, json!(""), wrong(VALUES)),
        (place, json!(null), missing(VALUES)),
        (place, json!(7), wrong("view.state.values.value")),
        ("/view/state/values/another", json!({}), wrong(VALUES)),
        ("/view/state/values/approvals.reason/another", json!({}), wrong(VALUES)),
        ("/view/state/values", json!({}), wrong(VALUES)),
        ("/view/state/-", json!(null), missing("view.state")),
        ("/view/private_metadata", json!(""), wrong("view.private_metadata")),
        ("/view/private_metadata", json!("x".repeat(3001)), wrong("view.private_metadata")),
        ("/view/private_metadata/-", json!(null), missing("view.private_metadata")),
        ("/view/app_id", json!("A0OTHER"), differ("view.app_id", "api_app_id")),
        ("/view", json!([]), wrong("view")),
        ("/user/-", json!(null), missing("user")),
    ] {
        let refused = match read(&with(a_reason(), place, value)) {
            Err(CallbackError::Field(Malformed::Wrong("view.state.values.type"))) => {
                panic!("{place}")
            }
            other => other,
        };
        assert_eq!(refused, Err(refusal), "{place}");
    }
    let other_type = with(
        a_reason(),
        "/view/state/values/approvals.reason/approvals.reason/type",
        json!("number_input"),
    );
    assert_eq!(read(&other_type), Err(wrong(VALUES)));
}

#[test]
fn what_is_none_of_ours_is_left_alone() {
    for other in [
        json!(null),
        json!([]),
        json!("block_actions"),
        json!({}),
        json!({"type": 7}),
        json!({"type": "view_closed"}),
        json!({"type": "shortcut", "callback_id": "approvals.reason"}),
        json!({"type": "Block_actions", "actions": []}),
        with(a_reason(), "/view/callback_id", json!("somebody.else")),
        with(a_reason(), "/view/callback_id/-", json!(null)),
        with(a_press(), "/actions/0/action_id", json!("approvals.approve2")),
        with(a_press(), "/actions/0/action_id", json!("Approvals.approve")),
    ] {
        assert_eq!(read(&other), Ok(Callback::Other), "{other}");
    }
}

#[test]
fn what_is_too_large_or_no_json_is_refused() {
    assert_eq!(from_json(&vec![b' '; MAX_BYTES + 1]), Err(CallbackError::TooLarge));
    assert_eq!(from_form(&vec![b'a'; MAX_BYTES + 1]), Err(CallbackError::TooLarge));
    let padded = format!("{}{}", a_press(), " ".repeat(MAX_BYTES - a_press().to_string().len()));
    assert!(from_json(padded.as_bytes()).is_ok());
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for other in [
        "",
        "{",
        "{}x",
        "\u{feff}{}",
        r#"{"x":"\ud800"}"#,
        r#"{"x":1e400}"#,
        "{\"x\":\"\0\"}",
        &deep,
    ] {
        assert!(matches!(from_json(other.as_bytes()), Err(CallbackError::Json(_))));
    }
    assert!(from_json(b"{\"x\":\"\xff\"}").is_err());
}
