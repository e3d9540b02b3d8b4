//! Each limit, at it and one beyond.

use serde_json::{Value, json};

use super::{check_message, check_modal};

fn errors(block: Value) -> Vec<String> {
    check_message(&[block]).err().unwrap_or_default()
}

fn plain(length: usize) -> Value {
    json!({"type": "plain_text", "text": "x".repeat(length)})
}

fn mrkdwn(length: usize) -> Value {
    json!({"type": "mrkdwn", "text": "x".repeat(length)})
}

fn button(name: &str, value: Value) -> Value {
    let mut button = json!({"type": "button", "text": plain(5), "action_id": "a", "value": "v"});
    button[name] = value;
    json!({"type": "actions", "elements": [button]})
}

fn confirm(name: &str, value: Value) -> Value {
    let mut confirm =
        json!({"title": plain(1), "text": mrkdwn(1), "confirm": plain(1), "deny": plain(1)});
    confirm[name] = value;
    button("confirm", confirm)
}

fn rich(elements: impl Into<Value>) -> Value {
    json!({"type": "rich_text", "elements": elements.into()})
}

fn buttons(count: usize) -> Value {
    let one = |index| json!({"type": "button", "text": plain(1), "action_id": format!("a{index}")});
    json!({"type": "actions", "elements": (0..count).map(one).collect::<Vec<_>>()})
}

#[test]
fn every_limit_is_taken_and_one_more_is_not() {
    type Make = fn(usize) -> Value;
    let limits: &[(&str, usize, Make)] = &[
        ("section", 3000, |n| json!({"type": "section", "text": mrkdwn(n)})),
        ("section, plain", 3000, |n| json!({"type": "section", "text": plain(n)})),
        ("fields", 10, |n| json!({"type": "section", "fields": vec![mrkdwn(1); n]})),
        ("a field", 2000, |n| json!({"type": "section", "fields": [mrkdwn(n)]})),
        ("header", 150, |n| json!({"type": "header", "text": plain(n)})),
        ("context", 10, |n| json!({"type": "context", "elements": vec![mrkdwn(1); n]})),
        ("actions", 25, buttons),
        ("block_id", 255, |n| json!({"type": "divider", "block_id": "x".repeat(n)})),
        ("markdown", 12_000, |n| json!({"type": "markdown", "text": "x".repeat(n)})),
        ("button's text", 75, |n| button("text", plain(n))),
        ("value", 2000, |n| button("value", "x".repeat(n).into())),
        ("url", 3000, |n| button("url", "x".repeat(n).into())),
        ("action_id", 255, |n| button("action_id", "x".repeat(n).into())),
        ("accessibility_label", 75, |n| button("accessibility_label", "x".repeat(n).into())),
        ("confirm's title", 100, |n| confirm("title", plain(n))),
        ("confirm's text", 300, |n| confirm("text", mrkdwn(n))),
        ("confirm's confirm", 30, |n| confirm("confirm", plain(n))),
        ("confirm's deny", 30, |n| confirm("deny", plain(n))),
    ];
    for (what, limit, make) in limits {
        assert_eq!(errors(make(*limit)), Vec::<String>::new(), "{what} at {limit}");
        assert_eq!(errors(make(limit + 1)).len(), 1, "{what} at {limit} and one");
        assert_eq!(errors(make(0)).len(), usize::from(*what != "value"), "{what} without any");
    }
    let dividers = |count| vec![json!({"type": "divider"}); count];
    assert_eq!(check_message(&dividers(50)), Ok(()));
    let refused = check_message(&dividers(51)).unwrap_err();
    assert_eq!(refused, ["no more than 50 items allowed [json-pointer:/blocks]"]);
}

#[test]
fn texts_are_counted_in_the_way_that_is_harder_on_the_client() {
    let emoji = |count| json!({"type": "header", "text": {"type": "plain_text", "text": "😀".repeat(count)}});
    assert!(errors(emoji(75)).is_empty());
    assert_eq!(
        errors(emoji(76)),
        ["must be less than 151 characters [json-pointer:/blocks/0/text/text]"]
    );
}

#[test]
fn what_is_of_the_wrong_kind_or_in_the_wrong_place_is_refused() {
    for wrong in [
        json!({"type": "header", "text": mrkdwn(3)}),
        json!({"type": "section"}),
        json!({"type": "section", "text": "a string"}),
        json!({"type": "section", "text": {"type": "markdown", "text": "x"}}),
        json!({"type": "section", "text": mrkdwn(1), "colour": "red"}),
        json!({"type": "carousel"}),
        json!({"text": plain(1)}),
        json!("divider"),
        json!({"type": "context", "elements": [{"type": "button", "text": plain(1)}]}),
        json!({"type": "actions", "elements": [{"type": "plain_text_input"}]}),
        json!({"type": "actions", "elements": []}),
        button("text", mrkdwn(1)),
        button("text", Value::Null),
        button("style", "green".into()),
        button("value", 7.into()),
        button("visible_to_everybody", true.into()),
        confirm("title", mrkdwn(1)),
        rich(json!([{"type": "text", "text": "x"}])),
        rich(json!([{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}])),
        rich(json!([{"type": "rich_text_section", "elements": [{"type": "mrkdwn", "text": "x"}]}])),
        rich(
            json!([{"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}]),
        ),
        rich(json!([{"type": "rich_text_list", "elements": []}])),
        rich(
            json!([{"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": 1}}]}]),
        ),
    ] {
        assert!(!errors(wrong.clone()).is_empty(), "{wrong}");
    }
}

#[test]
fn rich_text_of_every_kind_is_taken() {
    let text = json!({"type": "text", "text": "x", "style": {"bold": true}});
    let section = json!({"type": "rich_text_section", "elements": [
        text, {"type": "link", "url": "https://example.org"}, {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "wave"}, {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "x"},
        {"type": "usergroup", "usergroup_id": "S1"}, {"type": "broadcast", "range": "here"},
    ]});
    let block = rich(json!([
        section,
        {"type": "rich_text_preformatted", "border": 0, "elements": [text]},
        {"type": "rich_text_quote", "elements": [text]},
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [section]},
    ]));
    assert_eq!(errors(block), Vec::<String>::new());
}

#[test]
fn ids_are_there_once() {
    let divider = json!({"type": "divider", "block_id": "one"});
    assert!(check_message(std::slice::from_ref(&divider)).is_ok());
    assert_eq!(check_message(&[divider.clone(), divider]).unwrap_err().len(), 1);
    let same = json!({"type": "button", "text": plain(1), "action_id": "a"});
    assert_eq!(errors(json!({"type": "actions", "elements": [same, same]})).len(), 1);
    // Two blocks may have the same action.
    assert!(check_message(&[button("value", "a".into()), button("value", "b".into())]).is_ok());
}

#[test]
fn a_modal_has_limits_of_its_own() {
    let modal = |name: &str, value: Value| {
        let input = json!({"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}});
        let mut modal =
            json!({"type": "modal", "title": plain(1), "submit": plain(1), "blocks": [input]});
        modal[name] = value;
        check_modal(&modal).err().unwrap_or_default().len()
    };
    let text = |length| Value::from("x".repeat(length));
    assert_eq!((modal("title", plain(24)), modal("title", plain(25))), (0, 1));
    assert_eq!(
        (modal("private_metadata", text(3000)), modal("private_metadata", text(3001))),
        (0, 1)
    );
    assert_eq!((modal("callback_id", text(255)), modal("callback_id", text(256))), (0, 1));
    let dividers = |count| Value::from(vec![json!({"type": "divider"}); count]);
    assert_eq!((modal("blocks", dividers(100)), modal("blocks", dividers(101))), (0, 1));
    assert_eq!(modal("type", "home".into()), 1);
    assert!(modal("submit", Value::Null) > 0, "what is filled in has to be sent");
}
