//! Untrusted text as people can safely see it: what is invisible or ambiguous is shown, never stripped.

use serde_json::Value;

/// `value` as one line of printable ASCII: JSON, with every other character as `\u{…}`.
///
/// Two different values never give the same line, and nothing in it moves a cursor, turns around or hides.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::visible;
///
/// assert_eq!(visible::json(&"p\u{430}y\u{202e}".into()), r#""p\u{430}y\u{202e}""#);
/// ```
#[must_use]
pub fn json(value: &Value) -> String {
    ascii(&value.to_string())
}

/// `text` in quotes, as [`json`] shows it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::visible;
///
/// assert_eq!(visible::text("all\u{200b} rows\n"), r#""all\u{200b} rows\n""#);
/// ```
#[must_use]
pub fn text(text: &str) -> String {
    json(&Value::from(text))
}

fn ascii(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter == ' ' || letter.is_ascii_graphic() {
            line.push(letter);
        } else {
            line.extend(letter.escape_unicode());
        }
    }
    line
}

/// The words of `text` as they read in their own script, if there are any beyond ASCII.
///
/// A help beside the exact line, and no more than that: look-alikes do look alike here.
#[must_use]
pub(crate) fn reading(text: &str) -> Option<String> {
    // Letters that show nothing, although they count as letters.
    const FILLERS: [char; 6] =
        ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{13441}', '\u{13442}'];
    let readable = |letter: char| letter.is_alphanumeric() && !FILLERS.contains(&letter);
    // What is written from right to left would turn around what stands beside it.
    if text.chars().any(is_right_to_left) {
        return None;
    }
    if !text.chars().any(|letter| !letter.is_ascii() && readable(letter)) {
        return None;
    }
    let show = |letter: char| match letter {
        letter if letter == ' ' || letter.is_ascii_graphic() || readable(letter) => letter,
        _hidden => '\u{fffd}',
    };
    Some(text.chars().map(show).collect())
}

/// Letters of scripts from Hebrew to the older ones of the Near East, with their presentation forms, by the
/// blocks that Unicode reserves for such scripts.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_line_is_printable_ascii_and_tells_every_text_apart(a in any::<String>(), b in any::<String>()) {
            let line = text(&a);
            prop_assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
            prop_assert_eq!(a == b, line == text(&b));
        }

        #[test]
        fn a_text_that_spells_an_escape_is_not_the_escaped_character(code in 0x80_u32..0x3000) {
            let Some(letter) = char::from_u32(code) else { return Ok(()) };
            prop_assert_ne!(text(&letter.to_string()), text(&letter.escape_unicode().to_string()));
        }
    }

    #[test]
    fn what_does_not_show_is_shown() {
        let hidden = "\u{0}\u{7}\u{1b}\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{180e}\
            \u{2000}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{202f}\
            \u{205f}\u{2060}\u{2061}\u{2062}\u{2063}\u{2064}\u{2065}\u{2066}\u{2067}\u{2068}\u{2069}\u{206a}\u{206f}\u{3000}\
            \u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff0}\u{fff9}\u{fffb}\u{1bca0}\u{1d173}\u{e0001}\u{e0020}\u{e007f}\u{e0100}\u{e01ef}\u{10ffff}\u{13441}\u{13442}";
        for letter in hidden.chars() {
            let line = text(&letter.to_string());
            assert!(line.len() > 3 && line.starts_with("\"\\u"), "{line}");
            let beside = reading(&format!("é{letter}")).unwrap_or_default();
            assert!(!beside.contains(letter), "{}", letter.escape_unicode());
        }
    }
}
