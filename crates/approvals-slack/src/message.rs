//! From what a message says to what Slack shows. Pure.
//!
//! Whatever others wrote stands in parts of a message that Slack takes literally: no markup, no mention and no link
//! comes of it. What is parsed besides, the line in a notification, holds our own words and the name of the action.

mod block;
mod here;

use std::collections::BTreeMap;
use std::fmt;

use approvals_chat::{Carried, Form, Offer, Paragraph, Part, Sheet, Span};
use approvals_core::{ChannelIdentity, Group, RequestId};
use serde::Serialize;
use serde_json::Value;

use self::block::{Block, Button, Confirm, Inline, Input, Modal, Plain, Rich};
pub(crate) use self::here::Here;
use crate::callback::{APPROVE, REASON, REJECT};
use crate::id::{UserGroupId, UserId};

/// The most bytes that a card may take. All of a message is never over 12,000, so that there is always room for its
/// title, for who decided and for the buttons.
const MAX_CARD: usize = 8_800;

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

/// How Slack shows a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slack<'a> {
    /// Where it is read; none, where nobody is named.
    pub(crate) here: Option<Here<'a>>,
    pub(crate) groups: &'a BTreeMap<Group, UserGroupId>,
    pub(crate) read_at: Option<&'a str>,
}

impl Form for Slack<'_> {
    fn most(&self) -> usize {
        MAX_CARD
    }

    fn size(&self, parts: &[Part]) -> usize {
        serde_json::to_vec(&self.blocks(parts)).map_or(usize::MAX, |json| json.len())
    }

    fn is_here(&self, identity: &ChannelIdentity) -> bool {
        self.member(identity).is_some()
    }

    fn read_at(&self) -> Option<&str> {
        self.read_at
    }
}

impl Slack<'_> {
    /// The message that shows a sheet. One that has buttons takes what they carry.
    pub(crate) fn message(self, sheet: &Sheet, buttons: Option<Buttons<'_>>) -> Message {
        let mut blocks: Vec<_> = sheet.heading.as_deref().map(Block::header).into_iter().collect();
        blocks.append(&mut self.blocks(&sheet.parts));
        let offered = sheet.buttons.as_ref().zip(buttons);
        blocks.extend(offered.map(|(offer, buttons)| actions(offer, buttons)));
        let named = blocks.into_iter().enumerate();
        let named = named.map(|(at, block)| block.named(format!("{}.{at}", sheet.name)));
        Message { text: escaped(&sheet.title), blocks: json(&named.collect::<Vec<_>>()) }
    }

    fn member(self, identity: &ChannelIdentity) -> Option<UserId> {
        self.here?.member(identity)
    }

    fn blocks(self, parts: &[Part]) -> Vec<Block> {
        let rich = |paragraph: &Paragraph| match paragraph {
            Paragraph::Text(spans) => {
                let elements = spans.iter().flat_map(|span| self.inline(span)).collect();
                Rich::RichTextSection { elements }
            }
            Paragraph::Frame(lines) => {
                Rich::RichTextPreformatted { elements: vec![Inline::text(lines.as_str())] }
            }
        };
        parts.iter().map(|part| Block::rich(part.iter().map(rich).collect())).collect()
    }

    fn inline(self, span: &Span) -> Vec<Inline> {
        match span {
            Span::Strong(text) => vec![Inline::bold(text.as_str())],
            Span::Plain(text) => vec![Inline::text(text.as_str())],
            Span::Person(identity) => self.member(identity).map_or_else(Vec::new, |user| {
                vec![Inline::User { user_id: user.as_str().to_owned() }, Inline::text(" ")]
            }),
            Span::Wake(groups) => {
                let known = groups.iter().find_map(|group| self.groups.get(group));
                known.map_or_else(Vec::new, |group| {
                    let usergroup_id = group.as_str().to_owned();
                    vec![Inline::Usergroup { usergroup_id }, Inline::text(" ")]
                })
            }
            Span::Address(url) => vec![Inline::Link { url: url.clone() }],
        }
    }
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

fn actions(offer: &Offer, buttons: Buttons<'_>) -> Block {
    let confirm = |text: &String| Confirm {
        title: Plain::new("Approve this?"),
        text: Plain::new(text),
        confirm: Plain::new("Approve"),
        deny: Plain::new("Not now"),
        style: "danger",
    };
    let approve = Button {
        action_id: APPROVE,
        text: Plain::new("Approve"),
        value: Carried::from(buttons.approve.to_owned()),
        style: "primary",
        confirm: offer.confirm.as_ref().map(confirm),
    };
    let reject = Button {
        action_id: REJECT,
        text: Plain::new("Reject"),
        value: Carried::from(buttons.reject.to_owned()),
        style: "danger",
        confirm: None,
    };
    Block::actions(offer.may_approve.then_some(approve).into_iter().chain([reject]).collect())
}

#[cfg(test)]
#[path = "message/alike_tests.rs"]
mod alike_tests;
#[cfg(test)]
#[path = "message/here_tests.rs"]
pub(crate) mod here_tests;
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
#[path = "message/said_tests.rs"]
pub(crate) mod said_tests;
#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
