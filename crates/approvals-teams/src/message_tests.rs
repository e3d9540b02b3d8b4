//! What Teams is told to show.

use approvals_chat::View;
use proptest::prelude::*;

use super::*;

const FORM: Teams<'_> = Teams { name: "teams", read_at: None };

const BUTTONS: Buttons<'_> = Buttons { approve: "v1.CANARY-APPROVE", reject: "v1.CANARY-REJECT" };

/// What Microsoft's renderers make something of, in one place or another.
const HOSTILE: [&str; 14] = [
    "[Approve here](https://evil.example)",
    "**bold** _italic_ ~~gone~~ `code`",
    "![x](https://evil.example/pixel.png)",
    "<b>tag</b><img src=x onerror=alert(1)><at>Ada</at>",
    "{{DATE(2020-01-01T00:00:00Z,SHORT)}}",
    "{{{{TIME(2020-01-01T00:00:00Z)}}}}",
    "a{{{b",
    "${secret} ${{x}}",
    "@everyone <@U1> #channel",
    "# heading\n- item\n1. one\n> quote",
    "line one\nline two",
    "    four spaces   three",
    "\\u{202e} is shown as that",
    "&lt;escaped&gt; &amp;",
];

/// Everything in a card that is text, with what carries it.
fn texts<'a>(value: &'a Value, carrier: &str, found: &mut Vec<(String, String, &'a str)>) {
    match value {
        Value::Object(fields) => {
            let carrier = fields.get("type").and_then(Value::as_str).unwrap_or(carrier);
            for (name, value) in fields {
                match value {
                    Value::String(text) => found.push((carrier.to_owned(), name.clone(), text)),
                    Value::Null | Value::Bool(_) | Value::Number(_) => {}
                    Value::Array(_) | Value::Object(_) => texts(value, carrier, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, carrier, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What people read, a line of the card a line.
fn read(value: &Value) -> String {
    let mut lines = String::new();
    read_into(value, &mut lines);
    lines
}

fn read_into(value: &Value, lines: &mut String) {
    match value {
        Value::Object(fields) if fields.get("type") == Some(&"RichTextBlock".into()) => {
            for run in fields["inlines"].as_array().unwrap() {
                lines.push_str(run["text"].as_str().unwrap());
            }
            lines.push('\n');
        }
        Value::Object(fields) => {
            for part in ["body", "items"] {
                fields.get(part).into_iter().for_each(|part| read_into(part, lines));
            }
        }
        Value::Array(values) => values.iter().for_each(|value| read_into(value, lines)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_literal(parts: &[Part], words: &str) {
    let card = to_json(&elements(parts));
    let mut found = Vec::new();
    texts(&card, "", &mut found);
    for (carrier, name, text) in found {
        assert!(!text.contains("{{"), "{carrier}.{name}: {text}");
        let is_ours = ["Bolder", "Large", "Monospace", "None", "emphasis"].contains(&text);
        let is_run = carrier == "TextRun" && name == "text";
        assert!(is_run || name == "type" || is_ours, "{carrier}.{name}: {text}");
        assert!(!is_run || !text.contains('\n'), "{text}");
    }
    let told = read(&card).replace(FIRM_SPACE, " ");
    let squeezed = |text: &str| {
        text.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(squeezed(&told), squeezed(words), "nothing is lost, and nothing is added");
}

#[test]
fn what_others_wrote_stands_in_text_runs_and_no_two_braces_open_in_one() {
    for words in HOSTILE {
        is_literal(&[vec![Paragraph::Text(vec![Span::Plain(words.to_owned())])]], words);
        is_literal(&[vec![Paragraph::Frame(words.to_owned())]], words);
    }
}

proptest! {
    #[test]
    fn whatever_others_wrote_stands_there_literally(words in "[a-z {}\n\\[\\]()*_<>$#!`\u{200b}-]{0,80}") {
        is_literal(&[vec![Paragraph::Text(vec![Span::Plain(words.clone())])]], &words);
        is_literal(&[vec![Paragraph::Frame(words.clone())]], &words);
    }
}

#[test]
fn whoever_is_refused_is_told_why() {
    let message = message(&Sheet::of(View::NotCounted("you are not asked {{x}}"), &FORM), None);
    assert_eq!(message.summary, "Your click was not counted");
    assert_eq!(read(&message.card), "Your click was not counted:\nyou are not asked {{x}}\n");
}

#[test]
fn a_message_is_a_card_of_a_version_that_clients_have_shown_for_years() {
    let activity = message(&Sheet::of(View::Kept, &FORM), None).activity();
    assert_eq!(
        (&activity["type"], &activity["summary"]),
        (&"message".into(), &"Your click is kept".into())
    );
    let attachment = &activity["attachments"][0];
    assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(
        (&attachment["content"]["type"], &attachment["content"]["version"]),
        (&"AdaptiveCard".into(), &"1.5".into())
    );
    assert!(activity.get("text").is_none(), "text would be read as Markdown");
}

fn offering(offer: &Offer) -> Vec<Value> {
    controls(offer, BUTTONS).iter().map(to_json).collect()
}

/// The buttons under a sheet: a real card is not needed for them.
fn offers() -> (Vec<Value>, Vec<Value>, Vec<Value>) {
    let sheet = Sheet::of(View::Kept, &FORM);
    assert!(sheet.buttons.is_none());
    let offer =
        |may_approve, confirm: Option<&str>| Offer::new(may_approve, confirm.map(str::to_owned));
    (
        offering(&offer(true, None)),
        offering(&offer(true, Some("app.deploy (high risk), with exactly what stands above."))),
        offering(&offer(false, Some("anything"))),
    )
}

#[test]
fn high_risk_has_a_box_to_tick_and_rejecting_never_has() {
    let (low, high, too_long) = offers();
    let kinds = |elements: &[Value]| {
        elements.iter().map(|one| one["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&low), ["Input.Text", "ActionSet"]);
    assert_eq!(kinds(&high), ["RichTextBlock", "Input.Toggle", "Input.Text", "ActionSet"]);
    assert_eq!(kinds(&too_long), ["Input.Text", "ActionSet"]);
    assert_eq!(
        read(&high[0]),
        "You approve app.deploy (high risk), with exactly what stands above.\n"
    );
    assert_eq!(high[1]["value"], "no", "nobody has ticked it for anybody");
    assert_eq!(low[1]["actions"].as_array().unwrap().len(), 2);
    let only = too_long[1]["actions"].as_array().unwrap();
    assert!(
        only.len() == 1 && only[0]["verb"] == REJECT,
        "what is not shown whole cannot be approved"
    );
}

/// In what stands there Markdown is read, and a name like this one would read as another one's.
#[test]
fn what_stands_beside_the_box_is_ours_alone() {
    let asking = |text: &str| offering(&Offer::new(true, Some(text.to_owned())));
    let (one, other) = (asking("a-_b_-c (high risk)"), asking("a-b-c (high risk)"));
    assert_eq!(read(&one[0]), "You approve a-_b_-c (high risk)\n");
    assert_eq!(one[1], other[1]);
}

#[test]
fn old_clients_send_the_same_as_new_ones() {
    let (low, _, _) = offers();
    for (button, verb, token) in [(0, APPROVE, BUTTONS.approve), (1, REJECT, BUTTONS.reject)] {
        let button = &low[1]["actions"][button];
        assert_eq!((&button["type"], &button["verb"]), (&"Action.Execute".into(), &verb.into()));
        assert_eq!(button["data"], json!({"verb": verb, "token": token}));
        assert_eq!(button["fallback"]["type"], "Action.Submit");
        assert_eq!(button["fallback"]["data"], button["data"]);
    }
}

#[test]
fn what_buttons_carry_is_not_printed() {
    let controls = controls(&Offer::new(true, None), BUTTONS);
    let message =
        Message { card: to_json(&controls), ..message(&Sheet::of(View::Kept, &FORM), None) };
    assert!(message.card.to_string().contains("CANARY"));
    for printed in [format!("{BUTTONS:?}"), format!("{controls:?}"), format!("{message:?}")] {
        assert!(!printed.contains("CANARY"), "{printed}");
    }
}
