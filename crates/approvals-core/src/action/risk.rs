//! How much harm an action can do.

use serde::{Deserialize, Serialize};

/// How much harm an action can do, as its author sees it. Policies match on it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Risk;
///
/// assert!(Risk::Critical > Risk::High);
/// assert_eq!(Risk::default(), Risk::High);
/// assert_eq!(Risk::Low.as_str(), "low"); // as policies and events have it
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new level must not be overlooked by anybody who judges it"
)]
pub enum Risk {
    /// Easily undone, nobody else affected.
    Low,
    /// Undone with some work.
    Medium,
    /// Hard to undo, or others are affected. What is assumed where nothing is said.
    #[default]
    High,
    /// Cannot be undone, or affects everyone.
    Critical,
}

impl Risk {
    /// The word used in policies and events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
