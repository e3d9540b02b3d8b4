//! Whether Slack would take these blocks: the documented limits, strictly.
//!
//! Texts are counted in UTF-16: whatever Slack counts is no more than that. Kinds of blocks and of elements that the
//! fake does not know are refused, and so are fields that they do not have.

mod check;
mod element;
mod layout;
mod rich_text;
mod text;
mod view;

#[cfg(test)]
mod blocks_tests;

use serde_json::Value;

use check::Check;

/// How long a text is, for a limit.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The blocks of a message.
pub(crate) fn check_message(blocks: &[Value]) -> Result<(), Vec<String>> {
    let mut check = Check::default();
    layout::check(&mut check, blocks, "/blocks", 50);
    check.done()
}

/// A modal.
pub(crate) fn check_modal(view: &Value) -> Result<(), Vec<String>> {
    let mut check = Check::default();
    view::check(&mut check, view);
    check.done()
}
