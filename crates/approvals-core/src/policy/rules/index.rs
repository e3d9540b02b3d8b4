//! Rules by the actions that they are about, so that a call looks only at its own.

use std::collections::BTreeMap;

use super::pattern::Pattern;
use crate::action::id::ActionName;

/// Places in a list of rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    exactly: BTreeMap<String, Vec<usize>>,
    below: BTreeMap<String, Vec<usize>>,
    any: Vec<usize>,
}

impl Index {
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        let mut index = Self::default();
        for (at, pattern) in patterns.into_iter().enumerate() {
            let places = match pattern {
                Pattern::Exactly(name) => index.exactly.entry(name.to_string()).or_default(),
                Pattern::Below(stem) => index.below.entry(stem.to_string()).or_default(),
                Pattern::Any => &mut index.any,
            };
            places.push(at);
        }
        index
    }

    /// The places of the rules about this action, in the order of the list.
    pub(super) fn about(&self, action: &ActionName) -> Vec<usize> {
        let name = action.as_str();
        let stems = name.match_indices('.').filter_map(|(at, _)| name.get(..at));
        let below = stems.filter_map(|stem| self.below.get(stem));
        let mut places: Vec<usize> = self
            .exactly
            .get(name)
            .into_iter()
            .chain(below)
            .flatten()
            .chain(&self.any)
            .copied()
            .collect();
        places.sort_unstable();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_its_name_by_any_stem_and_by_a_star() {
        let patterns: Vec<Pattern> =
            ["*", "a.b", "a.*", "a.b.*", "ab.*", "a.b.c"].map(|text| text.parse().unwrap()).into();
        let index = Index::new(&patterns);
        for (action, expected) in
            [("a.b.c", &[0, 2, 3, 5][..]), ("a.b", &[0, 1, 2]), ("a", &[0]), ("abc.d", &[0])]
        {
            assert_eq!(index.about(&action.parse().unwrap()), expected, "{action}");
        }
    }
}
