//! Whether a secret was typed where everybody can read it.

use std::ffi::OsString;

/// Whether one of these looks like a token of Slack: `xoxb-…`, `xoxp-…`, `xapp-…`, in whatever it is wrapped.
pub(crate) fn is_in(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.any(|argument| looks_like_one(&argument.to_string_lossy().to_ascii_lowercase()))
}

fn looks_like_one(text: &str) -> bool {
    let mut of_any_kind = text.match_indices("xox").filter_map(|(place, prefix)| {
        let rest = text.get(place.saturating_add(prefix.len())..)?;
        rest.strip_prefix(|kind: char| kind.is_ascii_lowercase())
    });
    text.contains("xapp-") || of_any_kind.any(|rest| rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_seen_in_whatever_it_is_wrapped_and_other_words_are_none() {
        for text in [
            "xoxb-1-a",
            "xapp-",
            "\"xoxp-1\"",
            "SLACK_BOT_TOKEN=XOXB-1",
            "xoxe.xoxb-1",
            "xoxoxoxb-1",
        ] {
            assert!(is_in([OsString::from("slack"), text.into()].into_iter()), "{text}");
        }
        for text in ["", "xox", "xox-", "xoxb", "xoxb_1", "xapp", "box-1", "xox1-", "xox\u{e9}-1"] {
            assert!(!is_in([OsString::from(text)].into_iter()), "{text}");
        }
    }
}
