//! Genuine calls of every kind, with what they say.

use any_card::Dice;
use serde_json::{Map, Value, json};

use super::*;

fn id(dice: &mut Dice, kinds: &[char]) -> String {
    let rest = (0..=dice.below(12).max(3)).map(|_| char::from(dice.of(b"ABCDEFGHXYZ0123456789")));
    let rest: String = rest.collect();
    format!("{}{rest}", dice.of(kinds))
}

fn time(dice: &mut Dice) -> String {
    format!("17{:08}.{:06}", dice.below(100_000_000), dice.below(1_000_000))
}

/// What a genuine call says, as it was put together.
pub(super) fn genuine(dice: &mut Dice) -> (Value, Callback) {
    let (common, sender) = common(dice);
    if dice.chance(4) { a_submission(dice, common, sender) } else { a_click(dice, common, sender) }
}

fn common(dice: &mut Dice) -> (Map<String, Value>, Sender) {
    let kind = dice.below(3);
    let enterprise = (kind > 0).then(|| id(dice, &['E']));
    let team = (kind < 2).then(|| id(dice, &['T']));
    let user = id(dice, &['U', 'W']);
    let home = match dice.below(4) {
        0 => None,
        1 => Some(id(dice, &['E'])),
        2 => Some(id(dice, &['T'])),
        _ => team.clone(),
    };
    let app = id(dice, &['A']);
    let named = |id: &Option<String>| {
        id.as_ref().map(|id| json!({"id": id, "name": "shop", "domain": "shop"}))
    };
    let mut common = json!({
        "api_app_id": app, "team": named(&team), "enterprise": named(&enterprise), "is_enterprise_install": kind == 2,
        "user": {"id": user, "username": dice.of(HOSTILE), "team_id": home}, "token": "deprecated",
        "response_url": "https://hooks.slack.com/actions/T/1/x",
    });
    if kind == 0 && dice.chance(3) {
        common.as_object_mut().unwrap().remove("is_enterprise_install");
        common.as_object_mut().unwrap().remove("enterprise");
    }
    let sender = Sender {
        app: app.parse().unwrap(),
        team: team.map(|id| id.parse().unwrap()),
        enterprise: enterprise.map(|id| id.parse().unwrap()),
        is_org_wide: kind == 2,
        user: user.parse().unwrap(),
    };
    (common.as_object().unwrap().clone(), sender)
}

fn a_click(dice: &mut Dice, mut payload: Map<String, Value>, sender: Sender) -> (Value, Callback) {
    let (channel, message) = (id(dice, &['C', 'D', 'G']), time(dice));
    let (choice, id) = dice.of(&[(Choice::Approve, APPROVE), (Choice::Reject, REJECT)]);
    let value =
        format!("v1.01890a5d-ac96-774b-bcce-{:012x}.{:032x}", dice.below(1 << 40), dice.next());
    let trigger = dice.chance(2).then(|| format!("{}.{:x}", dice.below(1000), dice.next()));
    let action_ts = time(dice);
    let mut action = json!({"type": "button", "action_id": id, "block_id": "b", "value": value, "action_ts": action_ts});
    if dice.chance(2) {
        action["text"] = json!({"type": "plain_text", "text": "Approve", "emoji": false});
        action["confirm"] = json!({"title": {"type": "plain_text", "text": "Approve?"}});
    }
    payload.insert("type".into(), json!("block_actions"));
    payload.insert("trigger_id".into(), json!(trigger));
    payload.insert("actions".into(), json!([action]));
    payload.insert(
        "container".into(),
        json!({"type": "message", "channel_id": channel, "message_ts": message}),
    );
    if dice.chance(2) {
        payload.insert("channel".into(), json!({"id": channel, "name": "deploys"}));
    }
    if dice.chance(2) {
        let text = json!({"type": "text", "text": dice.of(HOSTILE)});
        let block = json!({"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text]}]});
        payload.insert(
            "message".into(),
            json!({"ts": message, "text": dice.of(HOSTILE), "blocks": [block]}),
        );
    }
    let press = Press {
        sender,
        channel: channel.parse().unwrap(),
        message: message.parse().unwrap(),
        choice,
        value: value.into(),
        action_ts: action_ts.parse().unwrap(),
        trigger_id: trigger,
    };
    (Value::Object(payload), Callback::Press(press))
}

fn a_submission(
    dice: &mut Dice,
    mut payload: Map<String, Value>,
    sender: Sender,
) -> (Value, Callback) {
    let metadata =
        format!("v1.01890a5d-ac96-774b-bcce-{:012x}.{:032x}", dice.below(1 << 40), dice.next());
    let reason = dice.of(HOSTILE).to_owned();
    let input = json!({"type": "plain_text_input", "value": reason});
    payload.insert("type".into(), json!("view_submission"));
    let view = json!({
        "id": "V1", "type": "modal", "callback_id": REASON, "app_id": sender.app.as_str(), "private_metadata": metadata,
        "state": {"values": {REASON: {REASON: input}}},
    });
    payload.insert("view".into(), view);
    let said = Submission { sender, private_metadata: metadata, reason };
    (Value::Object(payload), Callback::Reason(said))
}

const HOSTILE: &[&str] = &[
    "mira",
    "<!channel> <@U1>",
    "```\n*x*",
    "\u{202e}\u{200b}",
    "é\u{301}\u{1f642}",
    "\"}],\"actions\":[",
    "\\u0000",
    "a&payload=b",
    "%7B+",
    "\0\u{1}\u{7f}",
    "approvals.approve",
];

/// The same payload, spelt in one of the many ways that JSON has.
pub(super) fn spelt(dice: &mut Dice, payload: &Value) -> Vec<u8> {
    let text = if dice.chance(3) { format!("{payload:#}\n") } else { payload.to_string() };
    let escapes = dice.chance(3);
    let mut spelt = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '/' if escapes => spelt.push_str("\\/"),
            letter if !letter.is_ascii() && escapes => {
                spelt.extend(
                    letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")),
                );
            }
            letter => spelt.push(letter),
        }
    }
    spelt.into_bytes()
}
