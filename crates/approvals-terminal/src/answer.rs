//! From a typed line to an answer. Pure.

/// The longest line, in bytes. Linux cuts a line at 4095 bytes without a word: what is refused here is
/// shorter, so that no line is ever taken that was cut.
pub(crate) const MAX_LINE: usize = 4000;

/// What a line says to the question about a card.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The code of this very card.
    Approve,
    /// No, perhaps with the reason already.
    Reject(Option<String>),
    /// Not now, or not me.
    Skip,
    /// Nothing at all.
    Blank,
    /// Nothing that counts.
    Unclear(Unclear),
}

/// Why a line counts as nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// None of the words that were asked for.
    Wrong,
    /// Keys that type no text, such as arrows.
    Control,
    /// Not UTF-8.
    NotText,
    /// Over [`MAX_LINE`].
    TooLong,
}

/// The answer in a line without its end. `code` approves; without one, nothing does.
pub(crate) fn to_question(line: &[u8], code: Option<&str>) -> Answer {
    let line = match text(line) {
        Ok(line) => line,
        Err(unclear) => return Answer::Unclear(unclear),
    };
    let (word, rest) = line.split_once(BLANKS).unwrap_or((line, ""));
    if line.is_empty() {
        Answer::Blank
    } else if code.is_some_and(|code| line.eq_ignore_ascii_case(code)) {
        Answer::Approve
    } else if line.eq_ignore_ascii_case("skip") {
        Answer::Skip
    } else if word.eq_ignore_ascii_case("no") {
        let reason = rest.trim_matches(BLANKS);
        Answer::Reject((!reason.is_empty()).then(|| reason.to_owned()))
    } else {
        Answer::Unclear(Unclear::Wrong)
    }
}

/// The reason in a line without its end, if there is one.
pub(crate) fn to_reason(line: &[u8]) -> Result<Option<String>, Unclear> {
    let reason = text(line)?;
    Ok((!reason.is_empty()).then(|| reason.to_owned()))
}

const BLANKS: [char; 2] = [' ', '\t'];

fn text(line: &[u8]) -> Result<&str, Unclear> {
    if line.len() > MAX_LINE {
        return Err(Unclear::TooLong);
    }
    let line = std::str::from_utf8(line).map_err(|_bad| Unclear::NotText)?.trim_matches(BLANKS);
    if line.chars().any(char::is_control) { Err(Unclear::Control) } else { Ok(line) }
}
