//! Texts with gaps: `*` stands for any characters, also none, and nothing else is special.

/// The longest pattern, in bytes.
const MAX: usize = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob {
    first: String,
    /// What stands between gaps, in order.
    middle: Vec<String>,
    /// What stands after the last gap; without a gap the text is `first` and nothing else.
    last: Option<String>,
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX {
            return Err(format!("a pattern has at most {MAX} bytes"));
        }
        let mut parts: Vec<String> = pattern.split('*').map(str::to_owned).collect();
        let last = (parts.len() > 1).then(|| parts.pop()).flatten();
        let mut parts = parts.into_iter();
        Ok(Self { first: parts.next().unwrap_or_default(), middle: parts.collect(), last })
    }

    /// Whether the whole text is like this. Each part is taken where it first stands, which leaves the most
    /// for those after it.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(last) = &self.last else { return text == self.first };
        let Some(mut rest) = text.strip_prefix(self.first.as_str()) else { return false };
        for part in &self.middle {
            match rest.split_once(part.as_str()) {
                Some((_gap, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = std::iter::once(&self.first).chain(&self.middle).chain(&self.last);
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        f.write_str(&parts.join("*"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, which tries every length of every gap.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|gap| by_definition(rest, &text[gap..])),
            [one, rest @ ..] => text.first() == Some(one) && by_definition(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_its_definition_says(pattern in "[ab*]{0,8}", text in "[ab*]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(&Glob::new(&pattern).unwrap().to_string(), &pattern);
            prop_assert_eq!(
                Glob::new(&pattern).unwrap().matches(&text),
                by_definition(&chars(&pattern), &chars(&text))
            );
        }
    }

    #[test]
    fn nothing_but_a_star_is_special() {
        let glob = |pattern: &str, text: &str| Glob::new(pattern).unwrap().matches(text);
        assert!(glob("s3://*/pii/*", "s3://bucket/a/pii/b"));
        assert!(!glob("a?c", "abc") && !glob("[ab]", "a") && !glob(".", "x"));
        assert!(!glob("aba*aba", "aba"), "parts do not overlap");
        assert!(Glob::new(&"*".repeat(MAX + 1)).is_err());
    }
}
