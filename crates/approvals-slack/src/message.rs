//! From a card to what Slack shows. Pure, and the only place where text for people is made.
//!
//! Whatever others wrote stands in parts of a message that Slack takes literally: no markup, no mention and no link
//! comes of it. What is parsed besides, the line in a notification, holds our own words and the name of the action.

mod block;
mod fate;
mod here;
mod page;

use std::fmt;

use approvals_core::{Card, Group, Phase, RequestId, Risk, State, visible};
use serde::Serialize;
use serde_json::Value;

use self::block::{Block, Button, Confirm, Inline, Input, Modal, Plain, Rich};
use self::fate::Fate;
pub(crate) use self::here::Here;
use crate::callback::{APPROVE, Carried, REASON, REJECT};
use crate::id::UserGroupId;

/// The most bytes that a card may take. All of a message is never over 12,000, so that there is always room for its
/// title, for who decided and for the buttons: whether it can be approved does not change while it is open.
const MAX_CARD: usize = 8_800;

/// What of it the facts may take where the rest is only told of.
const MAX_FACTS: usize = 7_300;

/// The longest title, in characters.
const MAX_TITLE: usize = 150;

/// What the form for a reason keeps for us begins with: its first version.
const KEPT: &str = "v1.";

/// A message as it is posted. Its blocks are not printed: buttons are among them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// What notifications show.
    pub(crate) text: String,
    /// What the message shows.
    pub(crate) blocks: Value,
}

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

/// What is posted before anything can be decided in it. Notifications show its text; what it says is true however long
/// it stays.
pub(crate) fn placeholder(card: &Card) -> Message {
    let section = vec![
        Inline::bold("There is nothing to decide in this message as it is."),
        Inline::text(
            "\nIf it stays like this, the card is in another message of this channel, or the request is over.",
        ),
        Inline::bold("\nrequest"),
        Inline::text(format!("  {}", card.id())),
    ];
    let blocks = vec![Block::rich(vec![Rich::RichTextSection { elements: section }])];
    Message::new(&titled(card, "Approval asked for"), blocks, "hold")
}

/// The card with its buttons. One that is too long to be shown whole cannot be approved here, and says where the
/// whole can be read.
pub(crate) fn asking(
    card: &Card,
    buttons: Option<Buttons<'_>>,
    elsewhere: Option<&str>,
) -> Message {
    lay_out(card, "Approve?", None, buttons, elsewhere, "ask")
}

/// The same card later: what has become of it, who decided, when and why. The buttons stay while it is open.
pub(crate) fn state(
    card: &Card,
    state: &State,
    here: Here<'_>,
    buttons: Option<Buttons<'_>>,
    elsewhere: Option<&str>,
) -> Message {
    became(card, &Fate::of(state, here), buttons, elsewhere)
}

fn became(
    card: &Card,
    fate: &Fate<'_>,
    buttons: Option<Buttons<'_>>,
    elsewhere: Option<&str>,
) -> Message {
    let word = fate::word(fate.phase);
    let buttons = buttons.filter(|_buttons| *fate.phase == Phase::Pending);
    let name = format!("{}{}", word.to_lowercase().replace([' ', '?'], ""), fate.version);
    lay_out(card, word, Some(fate.told(card)), buttons, elsewhere, &name)
}

/// Under the card, when its time is running out.
pub(crate) fn reminder(card: &Card, wake: Option<&UserGroupId>) -> Message {
    let words =
        format!("This still needs somebody to decide. It ends undecided at {}.", card.approve_by());
    reply(card, "Still open", wake, vec![Inline::text(words)], "remind")
}

/// Under the card, when others may decide as well.
pub(crate) fn escalation(card: &Card, group: &Group, wake: Option<&UserGroupId>) -> Message {
    let words = vec![
        Inline::text("From now on this may be approved by members of "),
        Inline::bold(group.as_str()),
        Inline::text(format!(" as well. It ends undecided at {}.", card.approve_by())),
    ];
    reply(card, "Still open, and others may decide", wake, words, "escalate")
}

/// Under a card that can be changed no more, when another one has taken its place.
pub(crate) fn moved(card: &Card) -> Message {
    let words =
        "This is asked in another message of this channel now. The buttons above count no more.";
    reply(card, "Asked again", None, vec![Inline::text(words)], "moved")
}

/// Under the card, when it is decided or over.
pub(crate) fn told(card: &Card, state: &State, here: Here<'_>) -> Message {
    let fate = Fate::of(state, here);
    let blocks = vec![Block::rich(vec![fate.told(card)])];
    Message::new(&titled(card, fate::word(fate.phase)), blocks, "told")
}

/// What somebody is told of whose click nothing comes.
pub(crate) const NOT_COUNTED: &str = "Your click was not counted";

/// To whoever clicked, and to nobody else: that something may come of it later.
pub(crate) fn kept() -> Message {
    let how = "it could not be checked and recorded yet, and counts once it is, unless the request is \
               over by then; if you have approved and changed your mind, press Reject";
    private("Your click is kept", how)
}

/// To whoever clicked, and to nobody else.
pub(crate) fn private(what: &'static str, why: &str) -> Message {
    let mut section = vec![Inline::bold(format!("{what}."))];
    section.push(Inline::text(format!("\n{}", fate::printable(why))));
    Message::new(
        what,
        vec![Block::rich(vec![Rich::RichTextSection { elements: section }])],
        "private",
    )
}

/// Asks for the reason of a rejection.
pub(crate) fn reason_modal(rejected: RequestId) -> Value {
    let input = Input { action_id: REASON, multiline: true, max_length: 1000, focus_on_load: true };
    let label = Plain::new("Why? It goes on record, and to whoever asked.");
    let modal = Modal {
        callback_id: REASON,
        private_metadata: format!("{KEPT}{rejected}"),
        title: Plain::new("Why rejected?"),
        submit: Plain::new("Send"),
        close: Plain::new("Give no reason"),
        blocks: vec![Block::Input { block_id: REASON.to_owned(), label, element: input }],
    };
    json(&modal)
}

/// The request of which such a form has asked, from what it has kept for us.
pub(crate) fn rejected(private_metadata: &str) -> Option<RequestId> {
    private_metadata.strip_prefix(KEPT)?.parse().ok()
}

impl Message {
    fn new(text: &str, blocks: Vec<Block>, name: &str) -> Self {
        let named =
            blocks.into_iter().enumerate().map(|(at, block)| block.named(format!("{name}.{at}")));
        let blocks = json(&named.collect::<Vec<_>>());
        Self { text: escaped(text), blocks }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("text", &self.text).finish_non_exhaustive()
    }
}

fn json(value: &impl Serialize) -> Value {
    // Texts and lists of texts: there is nothing in them that is no JSON.
    serde_json::to_value(value).unwrap_or_default()
}

/// The three characters that Slack gives a meaning to.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The title: how it stands, the action and its risk; that it is an emergency, first.
fn titled(card: &Card, word: &str) -> String {
    let (action, risk) = (card.document().action.as_str(), card.document().risk.as_str());
    let emergency = if is_emergency(card) { "EMERGENCY " } else { "" };
    let mark = if word.ends_with('?') { "" } else { ":" };
    format!("{emergency}{word}{mark} {action}, {risk} risk")
}

fn is_emergency(card: &Card) -> bool {
    card.request().ruling.break_glass.is_some()
}

fn heading(card: &Card, word: &str) -> Block {
    let title = titled(card, word);
    // The longest name of an action leaves no room for its risk, which is among the facts.
    let shorter = title.split(", ").next().unwrap_or_default();
    Block::header(if title.len() <= MAX_TITLE { &title } else { shorter })
}

fn lay_out(
    card: &Card,
    word: &str,
    fate: Option<Rich>,
    buttons: Option<Buttons<'_>>,
    elsewhere: Option<&str>,
    name: &str,
) -> Message {
    let (mut body, is_whole) = body(card, elsewhere);
    let mut blocks = vec![heading(card, word)];
    blocks.extend(fate.map(|fate| Block::rich(vec![fate])));
    blocks.append(&mut body);
    if let Some(buttons) = buttons {
        blocks.extend([footer(card), actions(card, buttons, is_whole)]);
    }
    Message::new(&titled(card, word), blocks, name)
}

/// As much of the card as there is room for, and whether that is all of it.
fn body(card: &Card, elsewhere: Option<&str>) -> (Vec<Block>, bool) {
    let sections = card.sections();
    if let Some(whole) = page::blocks(sections.iter(), MAX_CARD) {
        return (whole, true);
    }
    let (ours, others): (Vec<_>, Vec<_>) =
        sections.iter().partition(|section| page::is_ours(section.part));
    let facts = page::blocks(ours.iter().copied(), MAX_FACTS);
    let mut blocks = facts.unwrap_or_else(|| vec![least(card)]);
    blocks.push(left_out(card, page::bytes(others.into_iter()), elsewhere));
    (blocks, false)
}

/// What is said when not even the facts have room.
fn least(card: &Card) -> Block {
    let (document, request) = (card.document(), card.request());
    let facts = [
        ("action", document.action.to_string()),
        ("risk", document.risk.as_str().to_owned()),
        ("requester", request.requester.principal().id().to_string()),
        ("decide by", request.approve_by.to_string()),
        ("request", request.id.to_string()),
        ("digest", card.request_digest().to_string()),
    ];
    let facts = facts.iter().flat_map(|(label, value)| {
        [Inline::bold(format!("{label}  ")), Inline::text(format!("{value}\n"))]
    });
    let more = Inline::bold("There is more to know about it than there is room for here.");
    Block::rich(vec![Rich::RichTextSection { elements: facts.chain([more]).collect() }])
}

/// How much is not shown, and where it is.
fn left_out(card: &Card, bytes: usize, elsewhere: Option<&str>) -> Block {
    let document = card.document();
    let arguments = [document.arguments.len(), document.redacted.len(), document.unbound.len()];
    let arguments: usize = arguments.iter().sum();
    let arguments = match arguments {
        1 => "1 argument".to_owned(),
        several => format!("{several} arguments"),
    };
    let mut section = vec![
        Inline::bold("NOT SHOWN, so it cannot be approved in this message:"),
        Inline::text(format!("  {arguments}; what others wrote has {bytes} bytes in all.")),
        Inline::bold("\nread it whole"),
        Inline::text(format!("  approvals show {}", card.id())),
    ];
    if let Some(place) = elsewhere.filter(|place| place.len() <= MAX_PLACE) {
        section.push(Inline::text("\n"));
        let is_address =
            place.starts_with("https://") && place.bytes().all(|byte| byte.is_ascii_graphic());
        section.push(if is_address {
            Inline::Link { url: place.to_owned() }
        } else {
            Inline::text(visible::text(place))
        });
    }
    Block::rich(vec![Rich::RichTextSection { elements: section }])
}

/// The longest place where the whole can be read.
const MAX_PLACE: usize = 500;

/// What ties the buttons to what stands above them.
fn footer(card: &Card) -> Block {
    let digest = card.request_digest().to_string();
    let digest: String = digest.chars().take(19).collect();
    Block::rich(vec![Rich::RichTextSection {
        elements: vec![
            Inline::bold("code"),
            Inline::text(format!("  {}   {digest}…", card.code())),
            Inline::bold("\ndecide by"),
            Inline::text(format!("  {}", card.approve_by())),
        ],
    }])
}

fn actions(card: &Card, buttons: Buttons<'_>, is_whole: bool) -> Block {
    let must_confirm = is_emergency(card)
        || match card.document().risk {
            Risk::Low | Risk::Medium => false,
            Risk::High | Risk::Critical => true,
        };
    let confirm = || Confirm {
        title: Plain::new("Approve this?"),
        text: Plain::new(&format!(
            "{} ({} risk), with exactly what stands above. Code {}.",
            card.document().action,
            card.document().risk.as_str(),
            card.code()
        )),
        confirm: Plain::new("Approve"),
        deny: Plain::new("Not now"),
        style: "danger",
    };
    let approve = Button {
        action_id: APPROVE,
        text: Plain::new("Approve"),
        value: Carried::from(buttons.approve.to_owned()),
        style: "primary",
        confirm: must_confirm.then(confirm),
    };
    let reject = Button {
        action_id: REJECT,
        text: Plain::new("Reject"),
        value: Carried::from(buttons.reject.to_owned()),
        style: "danger",
        confirm: None,
    };
    let approve = is_whole.then_some(approve);
    Block::actions(approve.into_iter().chain([reject]).collect())
}

/// A reply under the card.
fn reply(
    card: &Card,
    word: &str,
    wake: Option<&UserGroupId>,
    words: Vec<Inline>,
    name: &str,
) -> Message {
    let group = wake.map(|group| Inline::Usergroup { usergroup_id: group.as_str().to_owned() });
    let mut section = Vec::new();
    if let Some(group) = group {
        section.extend([group, Inline::text(" ")]);
    }
    section.extend(words);
    let blocks = vec![Block::rich(vec![Rich::RichTextSection { elements: section }])];
    Message::new(&titled(card, word), blocks, name)
}

#[cfg(test)]
#[path = "message/alike_tests.rs"]
mod alike_tests;
#[cfg(test)]
#[path = "message/cards_tests.rs"]
pub(crate) mod cards_tests;
#[cfg(test)]
#[path = "message/limits_tests.rs"]
mod limits_tests;
#[cfg(test)]
#[path = "message/looks_tests.rs"]
pub(crate) mod looks_tests;
#[cfg(test)]
#[path = "message/oracle_tests.rs"]
mod oracle_tests;
#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
