//! The few parts of an Adaptive Card (version 1.5) that are used. Text stands in runs alone, which are taken literally: no
//! markup, no links, no images come of it.

use approvals_chat::Carried;
use serde::Serialize;

/// A card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "AdaptiveCard")]
pub(super) struct Card {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    /// What is read out, and shown where cards are not.
    #[serde(rename = "fallbackText")]
    pub(super) fallback_text: Run,
    pub(super) body: Vec<Element>,
}

/// A part of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub(super) enum Element {
    RichTextBlock {
        #[serde(skip_serializing_if = "Option::is_none")]
        spacing: Option<&'static str>,
        inlines: Vec<Inline>,
    },
    Container {
        #[serde(skip_serializing_if = "Option::is_none")]
        style: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        separator: Option<bool>,
        items: Vec<Element>,
    },
    #[serde(rename = "Input.Toggle")]
    Toggle {
        id: &'static str,
        /// Here Markdown is read.
        title: &'static str,
        #[serde(rename = "valueOn")]
        on: &'static str,
        #[serde(rename = "valueOff")]
        off: &'static str,
        value: &'static str,
        wrap: bool,
    },
    #[serde(rename = "Input.Text")]
    Input {
        id: &'static str,
        placeholder: &'static str,
        #[serde(rename = "isMultiline")]
        is_multiline: bool,
        #[serde(rename = "maxLength")]
        max_length: u32,
    },
    ActionSet {
        actions: Vec<Execute>,
    },
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "TextRun")]
pub(super) struct Inline {
    pub(super) text: Run,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<&'static str>,
    #[serde(rename = "fontType", skip_serializing_if = "Option::is_none")]
    pub(super) font: Option<&'static str>,
}

/// Text in which no two braces open one after the other: what stands between such is worked out by those who show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Run(String);

impl Run {
    /// The runs that show a text, one after the other.
    pub(super) fn of(text: &str) -> Vec<Self> {
        let mut runs = vec![String::new()];
        for letter in text.chars() {
            if letter == '{' && runs.last().is_some_and(|run| run.ends_with('{')) {
                runs.push(String::new());
            }
            if let Some(run) = runs.last_mut() {
                run.push(letter);
            }
        }
        runs.into_iter().filter(|run| !run.is_empty()).map(Self).collect()
    }

    /// One run, in our own words and with the names of actions, in which there are no braces.
    pub(super) fn ours(text: &str) -> Self {
        Self(text.replace("{{", "{ {"))
    }
}

/// A button. What it carries comes back with what was typed, and with who has pressed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Action.Execute")]
pub(super) struct Execute {
    pub(super) title: &'static str,
    pub(super) verb: &'static str,
    pub(super) data: Data,
    pub(super) style: &'static str,
    /// For those who know no other buttons.
    pub(super) fallback: Submit,
}

/// The same for old clients, which send it as a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "Action.Submit")]
pub(super) struct Submit {
    pub(super) title: &'static str,
    pub(super) data: Data,
    pub(super) style: &'static str,
}

/// What a button carries: old clients do not tell its verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Data {
    pub(super) verb: &'static str,
    pub(super) token: Carried,
}
