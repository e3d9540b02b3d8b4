//! Calls and payloads in which something was changed.

use any_card::Dice;
use serde_json::{Value, json};

/// Bytes with something else at one place or at several.
pub(super) fn bent(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    for _ in 0..=dice.below(8).saturating_sub(5) {
        let (at, other) = (dice.below(bent.len()), dice.below(bent.len()));
        let near = dice.of(b"\"\\{}[]:,0179eE+-.%&=unATCU/ \n\0\x80\xff");
        match dice.below(9) {
            _ if bent.is_empty() => {}
            0 => bent[at] ^= 1 << dice.below(8),
            1 => bent[at] = near,
            2 => bent.insert(at, near),
            3 => drop(bent.remove(at)),
            4 => bent.truncate(at),
            5 => bent.swap(at, other),
            6 => bent.extend_from_within(at..),
            7 => bent = bent.split_off(at),
            _ => bent[at] = bent[at].wrapping_add(1),
        }
    }
    bent
}

/// The text of a payload in which something is missing, twice, elsewhere, of another type, or nearly the same.
pub(super) fn twisted(dice: &mut Dice, payload: &Value, other: &Value) -> Vec<u8> {
    let mut payload = payload.clone();
    let place = a_place(dice, &payload);
    let donor = other.pointer(&a_place(dice, other)).cloned().unwrap_or_default();
    let at = payload.pointer_mut(&place).unwrap();
    match dice.below(8) {
        0 => {
            let others = [json!(null), json!(true), json!(0), json!(""), json!([]), json!({})];
            *at = dice.of(&others);
        }
        1 => *at = json!([at.clone()]),
        2 => *at = donor,
        3 => *at = near(dice, at),
        4 => {
            let (parent, name) = place.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(parent)) = payload.pointer_mut(parent) {
                parent.remove(name);
            }
        }
        5 => {
            let here = at.take();
            let there = a_place(dice, &payload);
            let there = payload.pointer_mut(&there).unwrap();
            let was = std::mem::replace(there, here);
            if let Some(at) = payload.pointer_mut(&place) {
                *at = was;
            }
        }
        _ => {
            *at = json!("PLACE");
            return spliced(dice, &payload, &donor);
        }
    }
    payload.to_string().into_bytes()
}

/// What no `Value` holds: numbers without end, towers, halves of characters, and names that are there twice.
fn spliced(dice: &mut Dice, payload: &Value, donor: &Value) -> Vec<u8> {
    let text = payload.to_string();
    let deep = dice.below(200);
    let splice = match dice.below(9) {
        0 => "1e999".to_owned(),
        1 => "-0".to_owned(),
        2 => "123456789012345678901234567890".to_owned(),
        3 => format!("{}{}", "[".repeat(deep), "]".repeat(deep)),
        4 => format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)),
        5 => "\"\\ud800\"".to_owned(),
        6 => "\"\\udc00\\ud800x\"".to_owned(),
        7 => format!("\"{}\"", "x".repeat(dice.below(5000))),
        _ => {
            let names = [
                "id",
                "type",
                "user",
                "team",
                "actions",
                "value",
                "ts",
                "container",
                "api_app_id",
                "view",
                "u\\u0073er",
            ];
            let twice = format!("\"{}\":{donor},\"", dice.of(&names));
            let marks: Vec<_> =
                text.match_indices("\"PLACE\"").chain(text.match_indices("{\"")).collect();
            let (at, _mark) = dice.of(&marks);
            let (before, after) = text.split_at(at.saturating_add(1));
            return format!("{before}{twice}{}", after.trim_start_matches('"')).into_bytes();
        }
    };
    text.replace("\"PLACE\"", &splice).into_bytes()
}

fn a_place(dice: &mut Dice, payload: &Value) -> String {
    let (mut at, mut place) = (payload, String::new());
    loop {
        let next = match at {
            Value::Object(all) => {
                all.iter().nth(dice.below(all.len())).map(|(name, value)| (name.clone(), value))
            }
            Value::Array(all) => all
                .iter()
                .enumerate()
                .nth(dice.below(all.len()))
                .map(|(n, value)| (n.to_string(), value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        let Some((name, value)) = next.filter(|_| place.is_empty() || !dice.chance(4)) else {
            return place;
        };
        place = format!("{place}/{name}");
        at = value;
    }
}

fn near(dice: &mut Dice, value: &Value) -> Value {
    let Value::String(text) = value else { return json!([value]) };
    json!(match dice.below(8) {
        0 => format!("{text} "),
        1 => format!(" {text}"),
        2 => text.to_lowercase(),
        3 => format!("{text}\0"),
        4 => text.chars().skip(1).collect(),
        5 => text.replace(['A', 'a'], "\u{430}"),
        6 => format!("{text}{text}"),
        _ => text.chars().rev().collect(),
    })
}
