//! From what a message says to what Teams shows. Pure.
//!
//! Whatever others wrote stands in text runs, which are taken literally (measured with Microsoft's own renderer): no markup,
//! no mention and no link comes of it. The line in a notification holds our own words and the name of the action.

mod element;

use std::fmt;

use approvals_chat::{Carried, Form, Offer, Paragraph, Part, Sheet, Span};
use approvals_core::ChannelIdentity;
use serde::Serialize;
use serde_json::{Value, json};

use self::element::{Card, Data, Element, Execute, Inline, Run, Submit};

/// The verb of the button that approves.
pub(crate) const APPROVE: &str = "approvals.approve";

/// The verb of the button that rejects.
pub(crate) const REJECT: &str = "approvals.reject";

/// What is asked once more before something of high risk is approved, and what it is when it is ticked.
pub(crate) const CONFIRM: &str = "confirm";
pub(crate) const CONFIRMED: &str = "yes";

/// What whoever decides may say about it.
pub(crate) const REASON: &str = "reason";

/// The most characters of that.
const MAX_REASON: u32 = 1000;

/// The most bytes that a card's parts may take. All of a message is never over 25,000, which every client has been said to
/// take; so there is always room for its title, for who decided and for the buttons.
const MAX_CARD: usize = 18_000;

/// The content type of a card.
const ADAPTIVE_CARD: &str = "application/vnd.microsoft.card.adaptive";

/// The version of cards that the clients of Teams have shown for years.
const VERSION: &str = "1.5";

/// A space that is not folded into the one before.
const FIRM_SPACE: char = '\u{a0}';

/// What the two buttons carry.
#[derive(Clone, Copy)]
pub(crate) struct Buttons<'a> {
    pub(crate) approve: &'a str,
    pub(crate) reject: &'a str,
}

impl fmt::Debug for Buttons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buttons(hidden)")
    }
}

/// A message. Its card is not printed: buttons are in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// What notifications show.
    pub(crate) summary: String,
    /// What the message shows.
    pub(crate) card: Value,
    /// The same in a few words, where no card can be shown.
    pub(crate) text: String,
    /// Whose decisions it shows.
    pub(crate) deciders: Vec<ChannelIdentity>,
}

impl Message {
    /// The activity that posts it, or that it is changed to.
    pub(crate) fn activity(&self) -> Value {
        json!({
            "type": "message",
            "summary": self.summary,
            "attachments": [{ "contentType": ADAPTIVE_CARD, "content": self.card }],
        })
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("summary", &self.summary).finish_non_exhaustive()
    }
}

/// How Teams shows a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Teams<'a> {
    /// What the channel is called in the log.
    pub(crate) name: &'a str,
    pub(crate) read_at: Option<&'a str>,
}

impl Form for Teams<'_> {
    fn most(&self) -> usize {
        MAX_CARD
    }

    fn size(&self, parts: &[Part]) -> usize {
        serde_json::to_vec(&elements(parts)).map_or(usize::MAX, |json| json.len())
    }

    fn is_here(&self, identity: &ChannelIdentity) -> bool {
        identity.channel() == self.name
    }

    fn read_at(&self) -> Option<&str> {
        self.read_at
    }
}

/// The message that shows a sheet. One that has buttons takes what they carry.
pub(crate) fn message(sheet: &Sheet, buttons: Option<Buttons<'_>>) -> Message {
    let mut body: Vec<_> = sheet.heading.as_deref().map(heading).into_iter().collect();
    body.append(&mut elements(&sheet.parts));
    let offered = sheet.buttons.as_ref().zip(buttons);
    body.extend(offered.into_iter().flat_map(|(offer, buttons)| controls(offer, buttons)));
    let card = Card {
        schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        version: VERSION,
        fallback_text: Run::ours(&sheet.title),
        body,
    };
    let (summary, card, text) = (sheet.title.clone(), to_json(&card), text(sheet));
    Message { summary, card, text, deciders: Vec::new() }
}

/// What a sheet says, line by line.
fn text(sheet: &Sheet) -> String {
    let said = sheet.parts.iter().flatten().map(|paragraph| match paragraph {
        Paragraph::Text(spans) => spans.iter().map(words).collect::<String>(),
        Paragraph::Frame(text) => text.clone(),
    });
    said.collect::<Vec<_>>().join("\n")
}

/// What a span says. Who people are comes next after them, and nobody is woken by a name.
fn words(span: &Span) -> &str {
    match span {
        Span::Strong(text) | Span::Plain(text) | Span::Address(text) => text,
        Span::Person(_) | Span::Wake(_) => "",
    }
}

fn heading(title: &str) -> Element {
    let large = |run| Inline { size: Some("Large"), ..bold(run) };
    let inlines = Run::of(title).into_iter().map(large).collect();
    Element::RichTextBlock { spacing: None, inlines }
}

fn elements(parts: &[Part]) -> Vec<Element> {
    let part = |part: &Part| Element::Container {
        style: None,
        separator: Some(true),
        items: part.iter().flat_map(paragraph).collect(),
    };
    parts.iter().map(part).collect()
}

fn paragraph(paragraph: &Paragraph) -> Vec<Element> {
    match paragraph {
        Paragraph::Text(spans) => lines(spans),
        Paragraph::Frame(text) => {
            let items = text.split('\n').map(|text| line(framed(text))).collect();
            vec![Element::Container { style: Some("emphasis"), separator: None, items }]
        }
    }
}

/// The lines of running text: in a run, the end of a line shows as nothing but a space.
fn lines(spans: &[Span]) -> Vec<Element> {
    let mut lines: Vec<Vec<Inline>> = vec![Vec::new()];
    for span in spans {
        let (text, style): (&str, fn(Run) -> Inline) = match span {
            Span::Strong(text) => (text, bold),
            Span::Plain(text) | Span::Address(text) => (text, plain),
            // Who they are comes next, and nobody is woken by a name.
            Span::Person(_) | Span::Wake(_) => continue,
        };
        for (at, piece) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                line.extend(Run::of(&firm(piece)).into_iter().map(style));
            }
        }
    }
    lines.into_iter().filter(|line| !line.is_empty()).map(line).collect()
}

fn line(inlines: Vec<Inline>) -> Element {
    Element::RichTextBlock { spacing: Some("None"), inlines }
}

fn framed(text: &str) -> Vec<Inline> {
    let monospaced = |run| Inline { font: Some("Monospace"), ..plain(run) };
    Run::of(&firm(text)).into_iter().map(monospaced).collect()
}

/// The same text, in which no space is lost where several are shown as one.
fn firm(text: &str) -> String {
    let mut firm = String::with_capacity(text.len());
    for letter in text.chars() {
        let is_folded = firm.is_empty() || firm.ends_with([' ', FIRM_SPACE]);
        firm.push(if letter == ' ' && is_folded { FIRM_SPACE } else { letter });
    }
    firm
}

fn plain(text: Run) -> Inline {
    Inline { text, weight: None, size: None, font: None }
}

fn bold(text: Run) -> Inline {
    Inline { weight: Some("Bolder"), ..plain(text) }
}

/// What can be done about a card. A card of high risk has a box to tick before it is approved: clients ask nothing twice.
fn controls(offer: &Offer, buttons: Buttons<'_>) -> Vec<Element> {
    let ask = |text: &String| [approving(text), tick()];
    let confirm = offer.confirm.as_ref().filter(|_text| offer.may_approve);
    let reason = Element::Input {
        id: REASON,
        placeholder: "Why? It goes on record, and to whoever asked. It may be left empty.",
        is_multiline: true,
        max_length: MAX_REASON,
    };
    let approve = execute("Approve", APPROVE, buttons.approve, "positive");
    let reject = execute("Reject", REJECT, buttons.reject, "destructive");
    let actions = offer.may_approve.then_some(approve).into_iter().chain([reject]).collect();
    confirm.map(ask).into_iter().flatten().chain([reason, Element::ActionSet { actions }]).collect()
}

/// What the box is about. In what stands beside a box Markdown is read, also in the name of an action.
fn approving(text: &str) -> Element {
    let inlines = Run::of(&format!("You approve {text}")).into_iter().map(plain).collect();
    Element::RichTextBlock { spacing: None, inlines }
}

fn tick() -> Element {
    Element::Toggle {
        id: CONFIRM,
        title: "Yes, I approve exactly that",
        on: CONFIRMED,
        off: "no",
        value: "no",
        wrap: true,
    }
}

fn execute(title: &'static str, verb: &'static str, token: &str, style: &'static str) -> Execute {
    let data = Data { verb, token: Carried::from(token.to_owned()) };
    let fallback = Submit { title, data: data.clone(), style };
    Execute { title, verb, data, style, fallback }
}

fn to_json(value: &impl Serialize) -> Value {
    // Texts and lists of texts: there is nothing in them that is no JSON.
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
#[path = "message/alike_tests.rs"]
mod alike_tests;
#[cfg(test)]
#[path = "message/drawn_tests.rs"]
mod drawn_tests;
#[cfg(test)]
#[path = "message/limits_tests.rs"]
mod limits_tests;
#[cfg(test)]
#[path = "message/looks_tests.rs"]
mod looks_tests;
#[cfg(test)]
#[path = "message/picture_tests.rs"]
mod picture_tests;
#[cfg(test)]
#[path = "message/said_tests.rs"]
mod said_tests;
#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
