//! Which actions a rule is about.

use std::fmt;
use std::str::FromStr;

use crate::action::id::ActionName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    Exactly(ActionName),
    /// Everything whose name begins with this and a dot.
    Below(ActionName),
    Any,
}

impl Pattern {
    /// Whether it is about acts on the approvals themselves, by more than being about everything.
    pub(super) fn names_own_acts(&self) -> bool {
        match self {
            Self::Exactly(name) | Self::Below(name) => name.is_reserved(),
            Self::Any => false,
        }
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_suffix(".*") {
            _ if text == "*" => Ok(Self::Any),
            None => text.parse().map(Self::Exactly).map_err(|error| format!("{error}")),
            Some(stem) => stem
                .parse()
                .map(Self::Below)
                .map_err(|_name| "before `.*` stands an action name".to_owned()),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(name) => name.fmt(f),
            Self::Below(stem) => write!(f, "{stem}.*"),
            Self::Any => f.write_str("*"),
        }
    }
}
