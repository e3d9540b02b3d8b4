//! How sure one can be that a person decided.

use serde::{Deserialize, Serialize};

/// How sure one can be that the reviewer made the decision. The two are never presented alike.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assurance {
    /// A channel says so, and the gate's recorder key signed what the channel said.
    #[default]
    ChannelAttested,
    /// The reviewer's own key signed it.
    ReviewerKey,
}
