//! How complicated one policy may be, found out before it is parsed.
//!
//! Cedar's parser and validator call themselves for each level. On a small stack a few hundred levels end the
//! process, and well before that the validator passes what it has not looked at.

/// How deep brackets may be nested.
const MAX_DEPTH: usize = 32;
/// How many operators, accesses and brackets one policy may have.
const MAX_JOINTS: usize = 500;

/// Where the text is too complicated, as an offset, and what to do.
pub(crate) fn too_complicated(text: &str) -> Option<(usize, &'static str)> {
    let (mut depth, mut joints) = (0_usize, 0_usize);
    let mut inside = Inside::Code;
    let mut before = ' ';
    for (at, here) in text.char_indices() {
        inside = match (inside, before, here) {
            (Inside::Text, '\\', '\\') => {
                // The second of two does not escape what follows.
                before = ' ';
                continue;
            }
            (Inside::Text, escape, '"') if escape != '\\' => Inside::Code,
            (Inside::Comment, _, '\n' | '\r') | (Inside::Code, _, ';') => {
                (depth, joints) = if inside == Inside::Code { (0, 0) } else { (depth, joints) };
                Inside::Code
            }
            (Inside::Code, '/', '/') => Inside::Comment,
            (Inside::Code, _, '"') => Inside::Text,
            (Inside::Code, _, _) => {
                depth = match here {
                    '(' | '[' | '{' => depth.saturating_add(1),
                    ')' | ']' | '}' => depth.saturating_sub(1),
                    _other => depth,
                };
                joints = joints.saturating_add(usize::from(is_joint(before, here)));
                Inside::Code
            }
            (same, _, _) => same,
        };
        before = here;
        if depth > MAX_DEPTH {
            return Some((at, "brackets are nested too deep; write several policies"));
        }
        if joints > MAX_JOINTS {
            return Some((at, "this policy is too complicated; write several"));
        }
    }
    None
}

#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Code,
    Text,
    Comment,
}

/// Whether an expression may become one level deeper here. The `i` of `if` is enough to count it; some other
/// words count as well.
fn is_joint(before: char, here: char) -> bool {
    let begins_a_word = !before.is_alphanumeric() && before != '_';
    ".&|+-*!<>=([{".contains(here) || (begins_a_word && matches!(here, 'i' | 'h' | 'l'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(condition: &str) -> bool {
        too_complicated(&format!("permit(principal, action, resource) when {{ {condition} }};"))
            .is_none()
    }

    #[test]
    fn depth_and_length_are_bounded_and_what_is_only_long_is_not() {
        assert!(is_fine(&["(".repeat(30), ")".repeat(30)].concat()));
        assert!(!is_fine(&["(".repeat(32), ")".repeat(32)].concat()));
        assert!(!is_fine(&"[".repeat(50_000)));
        for chained in ["true && ", "1 + ", "x.", "if true then ", "!", "-", "a like ", "a in "] {
            assert!(is_fine(&chained.repeat(200)), "{chained}");
            assert!(!is_fine(&chained.repeat(600)), "{chained}");
        }
        assert!(is_fine(&format!("[{}]", "\"x\", 1, ".repeat(10_000))));
    }

    #[test]
    fn what_stands_in_texts_and_comments_does_not_count() {
        assert!(is_fine(&format!("\"{}\"", "(.".repeat(1000))));
        assert!(is_fine(&format!("\"\\\"{}\"", "(.".repeat(1000))));
        assert!(is_fine(&format!("// {}\n true", "(.".repeat(1000))));
        assert!(!is_fine(&format!("\"//\" {}", "(.".repeat(1000))));
        assert!(!is_fine(&format!("\"\\\\\" {}", "(.".repeat(1000))));
        assert!(!is_fine(&format!("// \"\n {}", "(.".repeat(1000))));
        assert!(!is_fine(&format!("1 / 1 {}", "(.".repeat(1000))));
    }

    #[test]
    fn each_policy_is_measured_by_itself() {
        assert!(is_fine(&"x.y; ".repeat(1000)));
    }
}
