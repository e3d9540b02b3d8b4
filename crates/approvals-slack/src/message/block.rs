//! The few parts of Block Kit that are used. None of them reads what it carries: no markup, no emoji, no links from
//! text.

use serde::Serialize;

use approvals_chat::Carried;

/// One block of a message or of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Header { block_id: String, text: Plain },
    RichText { block_id: String, elements: Vec<Rich> },
    Actions { block_id: String, elements: Vec<Button> },
    Input { block_id: String, label: Plain, element: Input },
}

impl Block {
    pub(super) fn header(text: &str) -> Self {
        Self::Header { block_id: String::new(), text: Plain::new(text) }
    }

    pub(super) fn rich(elements: Vec<Rich>) -> Self {
        Self::RichText { block_id: String::new(), elements }
    }

    pub(super) fn actions(elements: Vec<Button>) -> Self {
        Self::Actions { block_id: String::new(), elements }
    }

    pub(super) fn named(mut self, name: String) -> Self {
        match &mut self {
            Self::Header { block_id, .. }
            | Self::RichText { block_id, .. }
            | Self::Actions { block_id, .. }
            | Self::Input { block_id, .. } => *block_id = name,
        }
        self
    }
}

/// Text that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "plain_text")]
pub(super) struct Plain {
    text: String,
    emoji: bool,
}

impl Plain {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), emoji: false }
    }
}

/// A paragraph, or lines in a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Rich {
    RichTextSection { elements: Vec<Inline> },
    RichTextPreformatted { elements: Vec<Inline> },
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Inline {
    Text {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<Style>,
    },
    Link {
        url: String,
    },
    User {
        user_id: String,
    },
    Usergroup {
        usergroup_id: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Style {
    bold: bool,
}

impl Inline {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), style: None }
    }

    pub(super) fn bold(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), style: Some(Style { bold: true }) }
    }
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "button")]
pub(super) struct Button {
    pub(super) action_id: &'static str,
    pub(super) text: Plain,
    pub(super) value: Carried,
    pub(super) style: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) confirm: Option<Confirm>,
}

/// What is asked once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_field_names, reason = "Slack calls the button that confirms so")]
pub(super) struct Confirm {
    pub(super) title: Plain,
    pub(super) text: Plain,
    pub(super) confirm: Plain,
    pub(super) deny: Plain,
    pub(super) style: &'static str,
}

/// A field to type into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "plain_text_input")]
pub(super) struct Input {
    pub(super) action_id: &'static str,
    pub(super) multiline: bool,
    pub(super) max_length: u32,
    pub(super) focus_on_load: bool,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "modal")]
pub(super) struct Modal {
    pub(super) callback_id: &'static str,
    pub(super) private_metadata: String,
    pub(super) title: Plain,
    pub(super) submit: Plain,
    pub(super) close: Plain,
    pub(super) blocks: Vec<Block>,
}
