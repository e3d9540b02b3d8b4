//! What is shown, and that nothing else can be approved.

use approvals_core::{Card, DynamicAction, visible};

use super::Reviewing;
use super::scene::Scene;

/// The whole card, what the caller writes freely last; or else there is no way to approve it here.
pub async fn what_can_be_approved_is_shown_whole(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    for (kind, action) in [
        ("ordinary", ordinary()),
        ("nested", DynamicAction::from_json("a.b", NESTED.as_bytes()).expect("this is an action")),
        ("long", one_of(3_000)),
        ("very long", one_of(60_000)),
        ("of many arguments", many(40)),
        ("of very many arguments", many(1_500)),
    ] {
        let card = scene.card(action).await;
        let is_ordinary = kind == "ordinary";
        match scene.try_present(&reviewing, &card).await {
            Ok(_presented) => {}
            // Nobody sees it here, so nobody approves it here.
            Err(_error) if !is_ordinary => continue,
            Err(error) => panic!("an ordinary card can be presented: {error:?}"),
        }
        let shown = reviewing.shown(&card).await;
        if reviewing.approve(&card).await {
            let shown = shown.unwrap_or_default();
            check_whole(&card, &shown, kind);
            scene.decision(&card).await;
        } else {
            assert!(!is_ordinary, "an ordinary card can be approved");
            scene.quiet().await;
            assert_eq!(scene.decisions(&card).await, [], "there was no way to approve it");
            reviewing.reject(&card, "it is too long for me").await;
        }
    }
}

/// Controls, text that runs backwards, markup and quotes are shown as what they are, or the card is not shown;
/// neither the channel nor the next card suffers.
pub async fn what_the_caller_writes_harms_nothing(reviewing: impl Reviewing) {
    let scene = Scene::new(&reviewing).await;
    for text in HOSTILE {
        let arguments = serde_json::Map::from_iter([("to".to_owned(), (*text).into())]);
        let action = DynamicAction::new("s3.export", arguments).expect("this is an action");
        let card = scene.card(action.resource(*text).summary(*text).reason(*text)).await;
        if scene.try_present(&reviewing, &card).await.is_err() {
            continue;
        }
        let shown = reviewing.shown(&card).await.unwrap_or_default();
        let raw = shown.chars().find(|letter| is_hidden(*letter));
        assert_eq!(raw, None, "shown raw, of {text:?}");
        if reviewing.approve(&card).await {
            check_whole(&card, &shown, "hostile");
            scene.decision(&card).await;
        } else {
            reviewing.reject(&card, "what is that?").await;
        }
    }
    let card = scene.ordinary(1).await;
    scene.present(&reviewing, &card).await;
    assert!(reviewing.approve(&card).await, "an ordinary card can be approved afterwards");
    scene.decision(&card).await;
}

fn ordinary() -> DynamicAction {
    let arguments = br#"{"bucket": "sales", "rows": 412, "to": "acct_7"}"#;
    let action = DynamicAction::from_json("s3.export", arguments).expect("this is an action");
    action.resource("s3://sales/2030").summary("the weekly numbers").reason("asked by the board")
}

const NESTED: &str =
    r#"{"plan": {"steps": [{"run": "a b", "with": null}, [1.5, -0.0, true]], "": {}}}"#;

/// One argument of so many letters, no two places of it alike.
fn one_of(letters: usize) -> DynamicAction {
    let words: Vec<String> = (0..letters / 7).map(|n| format!("w{n:05}")).collect();
    let arguments = serde_json::Map::from_iter([("text".to_owned(), words.join(" ").into())]);
    DynamicAction::new("mail.send", arguments).expect("this is an action")
}

fn many(arguments: u32) -> DynamicAction {
    let arguments = (0..arguments).map(|n| (format!("argument-{n}"), n.into()));
    DynamicAction::new("iam.grant", arguments.collect()).expect("this is an action")
}

const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}]8;;x\u{7}\u{9b}31m",
    "\r\n   risk           low\n-- facts\n",
    "acct_7\u{202e}7_tcca\u{2066}\u{200b}\u{feff}\u{e0041}",
    "<script>alert(1)</script><b>&amp;\"'</b>",
    "```*_~|[x](javascript:0)<!channel><@U1>{{x}}${x}%s%n",
    "\0\u{7f}\u{3164}\u{fffd}\u{d7ff}",
    "\\u{202e}\\n\\\"",
];

/// Whether a letter moves a cursor, turns text around or cannot be seen.
fn is_hidden(letter: char) -> bool {
    let is_break = letter == '\n' || letter == '\r' || letter == '\t';
    let hidden = ['\u{200b}', '\u{202e}', '\u{2066}', '\u{3164}', '\u{feff}', '\u{e0041}'];
    (letter.is_control() && !is_break) || hidden.contains(&letter)
}

/// Everything of the card is in what is shown, and the claims stand last.
fn check_whole(card: &Card, shown: &str, kind: &str) {
    let shown = squeezed(shown);
    for fact in facts(card) {
        assert!(
            shown.contains(&squeezed(&fact)),
            "this card ({kind}) can be approved, and `{fact}` is not on it"
        );
    }
    let document = card.document();
    for claim in [&document.summary, &document.reason].into_iter().flatten() {
        let claim = squeezed(inside(&visible::text(claim)));
        let at = shown.rfind(&claim);
        assert!(at.is_some(), "this card ({kind}) can be approved, and `{claim}` is not on it");
        let names = document.arguments.keys().filter_map(|name| shown.find(&squeezed(name)));
        assert!(at > names.max(), "what the caller writes freely stands last");
    }
}

/// What has to be on a card besides claims, however it is laid out.
fn facts(card: &Card) -> Vec<String> {
    let document = card.document();
    let mut facts = vec![
        document.action.to_string(),
        document.risk.as_str().to_owned(),
        card.request().requester.principal().id().to_string(),
    ];
    facts.extend(document.resource.as_ref().map(|it| inside(&visible::text(it)).to_owned()));
    for (name, value) in &document.arguments {
        facts.push(inside(&visible::text(name)).to_owned());
        facts.push(inside(&visible::json(value)).to_owned());
    }
    facts
}

/// Without the quotes around it, which a channel may do otherwise.
fn inside(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Without what may stand between two pieces of a line that was broken, and without spaces, also those that a channel
/// shows as `\u{20}` so that they can be counted.
fn squeezed(text: &str) -> String {
    let text = text.replace("\\u{20}", " ");
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '>').collect()
}
