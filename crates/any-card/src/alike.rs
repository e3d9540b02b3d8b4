//! Cards that nearly are the same, and whether they look so.

use std::collections::HashMap;

use approvals_core::Card;
use serde_json::{Map, Value, json};

use crate::any::{HOSTILE, fields};
use crate::card::card;
use crate::dice::Dice;

/// The same with a little difference, or with none.
fn near(dice: &mut Dice, fields: &Map<String, Value>) -> Map<String, Value> {
    let mut near = fields.clone();
    let texts = ["resource", "reason", "summary", "break_glass"];
    let name = dice.of(&texts);
    match dice.below(6) {
        0 => {
            let other = dice.of(&texts);
            let (one, two) = (near[name].clone(), near[other].clone());
            near.insert(name.to_owned(), two);
            near.insert(other.to_owned(), one);
        }
        1 => drop(near.insert(name.to_owned(), json!(dice.of(HOSTILE)))),
        2 => {
            let arguments = near["arguments"].as_object_mut().unwrap();
            let value = arguments.values().next().map(|value| json!(value.to_string()));
            let name = arguments.keys().next().cloned();
            arguments.extend(name.zip(value));
        }
        3 => {
            let arguments = near["arguments"].as_object_mut().unwrap();
            arguments
                .insert(dice.of(&["rows", "cents  1", "\"a\" 1", "e\u{301}"]).to_owned(), json!(1));
        }
        _ => {
            let text = near[name].as_str().unwrap_or_default();
            let at = dice.below(text.chars().count().saturating_add(1));
            let skip = dice.below(2);
            let (before, after) =
                (text.chars().take(at), text.chars().skip(at.saturating_add(skip)));
            let changed: String =
                before.chain(dice.of(HOSTILE).chars().take(1)).chain(after).collect();
            near.insert(name.to_owned(), json!(changed));
        }
    }
    near
}

/// Draws so many cards of one and the same request, and returns how many pairs were compared and those that look alike. A
/// card that cannot be approved where it is drawn is `None`: it shows the digest of all that it does not show.
pub fn alike(cards: usize, draw: impl Fn(&Card) -> Option<String>) -> (usize, Vec<String>) {
    let mut dice = Dice::new(21);
    let mut seen: HashMap<String, Value> = HashMap::new();
    let (mut drawn, mut alike) = (0_usize, Vec::new());
    let mut last = fields(&mut dice);
    for n in 0..cards {
        // Some are near the one before, and some are near a short one that all know.
        last = match n % 4 {
            0 => fields(&mut dice),
            3 => near(&mut dice, json!({"resource": "a", "reason": "b", "summary": null, "break_glass": null, "arguments": {"a": "b"}}).as_object().unwrap()),
            _ => near(&mut dice, &last),
        };
        let fields = Value::Object(last.clone());
        let card = card(fields);
        let Some(looks) = draw(&card) else { continue };
        drawn = drawn.saturating_add(1);
        let shown = of_document(&card);
        if let Some(other) = seen.insert(looks, shown.clone()).filter(|other| *other != shown) {
            alike.push(format!("{other}\n{shown}"));
        }
    }
    (drawn.saturating_mul(drawn.saturating_sub(1)) / 2, alike)
}

/// Everything that the document says: what must not look the same unless it is the same.
fn of_document(card: &Card) -> Value {
    let document = card.document();
    json!([
        document.action.as_str(),
        document.arguments,
        document.break_glass,
        document.log,
        document.reason,
        document.redacted,
        document.resource,
        document.risk,
        document.shown,
        document.summary,
        document.tags,
        document.unbound,
    ])
}
