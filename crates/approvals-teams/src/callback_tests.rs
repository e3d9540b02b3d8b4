//! What comes from Teams, and what is nearly that.

use serde_json::{Value, json};

use super::*;
use crate::signed_tests::{SERVICE, bot};

const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const ADA: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const CHANNEL_ID: &str = "19:deploys@thread.tacv2";

fn proof() -> Proof {
    Proof { service: ServiceUrl::read(SERVICE, None).unwrap(), key: "teams".to_owned() }
}

fn said(activity: &Value) -> Result<Callback, CallbackError> {
    read(activity.to_string().as_bytes(), &bot(), &proof(), None)
}

fn press_of(activity: &Value) -> Press {
    let what = said(activity).unwrap().what;
    let Happened::Press(press) = what else { panic!("no press: {what:?}") };
    press
}

/// What every activity has.
fn activity() -> Value {
    json!({
        "channelId": "msteams", "serviceUrl": SERVICE, "id": "f:1b0dd3f6-1111",
        "timestamp": "2030-01-01T00:00:00.000Z", "locale": "en-US",
        "from": {"id": "29:1ada", "name": "Ada", "aadObjectId": ADA},
        "recipient": {"id": format!("28:{}", bot()), "name": "approvals"},
        "conversation": {
            "id": format!("{CHANNEL_ID};messageid=1700000000001"), "conversationType": "channel",
            "isGroup": true, "tenantId": TENANT,
        },
        "channelData": {"tenant": {"id": TENANT}, "team": {"id": "19:team@thread.tacv2"}},
    })
}

fn with(mut activity: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let fields = activity.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    fields.insert(name.to_owned(), value);
    activity
}

fn without(mut activity: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    activity.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    activity
}

fn invoke() -> Value {
    let data =
        json!({"verb": APPROVE, "token": "v1.button", "reason": " looks fine ", "confirm": "yes"});
    let value = json!({"action": {"type": "Action.Execute", "id": "x", "verb": APPROVE, "data": data}, "trigger": "manual"});
    let mut invoke = activity();
    for (name, value) in [
        ("type", json!("invoke")),
        ("name", json!("adaptiveCard/action")),
        ("replyToId", json!("1700000000001")),
        ("value", value),
    ] {
        invoke[name] = value;
    }
    invoke
}

fn submit() -> Value {
    let mut submit = activity();
    for (name, value) in [
        ("type", json!("message")),
        ("replyToId", json!("1700000000001")),
        ("value", json!({"verb": REJECT, "token": "v1.other"})),
    ] {
        submit[name] = value;
    }
    submit
}

#[test]
fn a_click_says_who_where_and_what() {
    let callback = said(&invoke()).unwrap();
    assert_eq!(callback.tenant.as_str(), TENANT);
    assert_eq!(callback.conversation.as_str(), CHANNEL_ID, "the channel, of which it is a thread");
    assert_eq!(callback.service, proof().service);
    let press = press_of(&invoke());
    assert_eq!(
        (press.user.as_str(), press.message.as_str(), press.activity.as_str()),
        (ADA, "1700000000001", "f:1b0dd3f6-1111")
    );
    assert_eq!(
        (press.choice, &*press.value, press.is_confirmed),
        (Choice::Approve, "v1.button", true)
    );
    assert_eq!((press.reason.as_deref(), press.is_submit), (Some("looks fine"), false));
}

#[test]
fn old_clients_say_the_same_in_a_message() {
    let press = press_of(&submit());
    assert_eq!((press.choice, &*press.value, press.is_submit), (Choice::Reject, "v1.other", true));
    assert!(press.reason.is_none() && !press.is_confirmed);
    let words = with(without(submit(), "/value"), "/text", json!("approve it"));
    assert_eq!(said(&words).unwrap().what, Happened::Other, "what people write decides nothing");
}

/// F4, 44.
#[test]
fn what_no_person_does_decides_nothing() {
    let automatic = with(invoke(), "/value/trigger", json!("automatic"));
    assert_eq!(said(&automatic).unwrap().what, Happened::Refresh);
    assert_eq!(press_of(&without(invoke(), "/value/trigger")), press_of(&invoke()));
    for other in [json!("Automatic"), json!("auto"), json!(7), json!({})] {
        assert_eq!(
            said(&with(invoke(), "/value/trigger", other)),
            Err(Malformed::Wrong("value.trigger").into())
        );
    }
}

/// F4, 43.
#[test]
fn what_is_for_another_bot_or_from_elsewhere_is_refused() {
    for other in [json!(null), json!("webchat"), json!("msteams "), json!("directline")] {
        assert_eq!(said(&with(invoke(), "/channelId", other)), Err(CallbackError::Channel));
    }
    for other in ["28:99999999-2222-3333-4444-555555555555", "29:1ada", "", &bot().to_string()] {
        assert_eq!(
            said(&with(invoke(), "/recipient/id", json!(other))),
            Err(CallbackError::Recipient)
        );
    }
    assert_eq!(
        said(&with(invoke(), "/serviceUrl", json!("https://smba.trafficmanager.net/amer/"))),
        Err(CallbackError::Service)
    );
    assert_eq!(
        said(&with(invoke(), "/serviceUrl", json!("https://evil.example/"))),
        Err(CallbackError::Place(PlaceError::Foreign))
    );
    assert_eq!(
        said(&without(invoke(), "/serviceUrl")),
        Err(Malformed::Missing("serviceUrl").into())
    );
    let slashed = with(invoke(), "/serviceUrl", json!("https://SMBA.trafficmanager.net/emea"));
    assert_eq!(said(&slashed).unwrap(), said(&invoke()).unwrap());
}

#[test]
fn the_tenant_is_said_in_two_places_and_is_one() {
    let differ = with(invoke(), "/channelData/tenant/id", json!(ADA));
    let differs = Malformed::Differ("conversation.tenantId", "channelData.tenant.id");
    assert_eq!(said(&differ), Err(differs.into()));
    assert!(said(&without(invoke(), "/channelData")).is_ok());
    assert!(said(&without(invoke(), "/conversation/tenantId")).is_ok());
    let nowhere = without(without(invoke(), "/channelData"), "/conversation/tenantId");
    assert_eq!(said(&nowhere), Err(Malformed::Missing("conversation.tenantId").into()));
}

/// F4, 49.
#[test]
fn whoever_has_no_account_of_a_tenant_has_pressed_nothing() {
    assert_eq!(
        said(&without(invoke(), "/from/aadObjectId")),
        Err(Malformed::Missing("from.aadObjectId").into())
    );
    for other in [json!(""), json!("Ada"), json!(7), json!("29:1ada")] {
        assert_eq!(
            said(&with(invoke(), "/from/aadObjectId", other)),
            Err(Malformed::Wrong("from.aadObjectId").into())
        );
    }
}

#[test]
fn a_press_is_whole() {
    for (pointer, error) in [
        ("/replyToId", Malformed::Missing("replyToId")),
        ("/id", Malformed::Missing("id")),
        ("/from", Malformed::Missing("from")),
        ("/value", Malformed::Missing("value")),
        ("/value/action", Malformed::Missing("value.action")),
        ("/value/action/data/token", Malformed::Missing("value.token")),
    ] {
        assert_eq!(said(&without(invoke(), pointer)), Err(error.into()), "{pointer}");
    }
    for (pointer, value, error) in [
        ("/replyToId", json!("../1"), Malformed::Wrong("replyToId")),
        ("/conversation/id", json!("19:a/../b@thread"), Malformed::Wrong("conversation.id")),
        ("/conversation/id", json!(";messageid=1"), Malformed::Wrong("conversation.id")),
        ("/value/action/data/token", json!("x".repeat(256)), Malformed::Wrong("value.token")),
        ("/value/action/data/token", json!(""), Malformed::Wrong("value.token")),
        ("/value/action/data/reason", json!("x".repeat(4097)), Malformed::Wrong("reason")),
        ("/value/action/data/reason", json!(7), Malformed::Wrong("reason")),
        (
            "/value/action/verb",
            json!(REJECT),
            Malformed::Differ("value.action.verb", "value.action.data.verb"),
        ),
    ] {
        assert_eq!(said(&with(invoke(), pointer, value)), Err(error.into()), "{pointer}");
    }
    for not_ticked in [json!("no"), json!("true"), json!(""), json!(null)] {
        assert!(!press_of(&with(invoke(), "/value/action/data/confirm", not_ticked)).is_confirmed);
    }
}

#[test]
fn what_is_none_of_ours_is_ignored() {
    for (pointer, value) in [
        ("/type", json!("typing")),
        ("/name", json!("task/fetch")),
        ("/value/action/type", json!("Action.Submit")),
        ("/value/action/data/verb", json!("approvals.other")),
        ("/value/action/data", json!(null)),
    ] {
        let other = with(without(invoke(), "/value/action/verb"), pointer, value);
        assert_eq!(said(&other).unwrap().what, Happened::Other, "{pointer}");
    }
}

#[test]
fn a_bot_hears_where_it_is_and_where_it_is_no_more() {
    let us = json!([{"id": "29:1bob"}, {"id": format!("28:{}", bot())}]);
    let installed = |kind: &str, field: &str, value: &Value| {
        let activity =
            with(with(activity(), "/type", json!(kind)), &format!("/{field}"), value.clone());
        said(&activity).unwrap().what
    };
    for (kind, field, value, what) in [
        ("installationUpdate", "action", json!("add"), Happened::Installed { is_there: true }),
        ("installationUpdate", "action", json!("remove"), Happened::Installed { is_there: false }),
        ("installationUpdate", "action", json!("other"), Happened::Other),
        ("conversationUpdate", "membersAdded", us.clone(), Happened::Installed { is_there: true }),
        (
            "conversationUpdate",
            "membersRemoved",
            us.clone(),
            Happened::Installed { is_there: false },
        ),
        ("conversationUpdate", "membersAdded", json!([{"id": "29:1bob"}]), Happened::Other),
        ("conversationUpdate", "topicName", json!("x"), Happened::Other),
    ] {
        assert_eq!(installed(kind, field, &value), what, "{kind} {field}");
    }
}

/// Each byte of what comes in turn: another one there, one less, all after it gone. Whatever is still taken says who,
/// where and what in ids that are plain.
#[test]
fn no_mutant_makes_a_panic_or_a_press_with_anything_odd_in_it() {
    let (mut tried, mut taken) = (0, 0);
    for genuine in [invoke(), submit(), with(invoke(), "/trailing", json!([[1, 2.5], null]))] {
        let text = genuine.to_string();
        let mut try_out = |mutant: &[u8]| {
            tried += 1;
            let Ok(callback) = read(mutant, &bot(), &proof(), None) else { return };
            taken += 1;
            assert_eq!(callback.service, proof().service);
            let Happened::Press(press) = callback.what else { return };
            for id in
                [press.message.as_str(), press.activity.as_str(), callback.conversation.as_str()]
            {
                assert!(
                    id.bytes().all(|b| b.is_ascii_graphic() && !b"/?#%\\\"".contains(&b)),
                    "{id}"
                );
            }
            assert!(
                press.value.len() <= MAX_VALUE
                    && press.reason.is_none_or(|why| why.len() <= MAX_REASON)
            );
        };
        for (place, original) in text.bytes().enumerate() {
            let (before, after) = text.as_bytes().split_at(place);
            for other in b"aZ09-_.:;@/\\{}[],\"' \n\x00\x7f\x80\xffnuEe+trbT*" {
                if other != &original {
                    try_out(&[before, &[*other], &after[1..]].concat());
                    try_out(&[before, &[*other], after].concat());
                }
            }
            try_out(&[before, &after[1..]].concat());
            try_out(before);
        }
    }
    assert!(tried >= 100_000 && taken > 100, "{tried} {taken}");
    assert_eq!(
        read(&vec![b' '; MAX_BYTES + 1], &bot(), &proof(), None),
        Err(CallbackError::TooLarge)
    );
}
