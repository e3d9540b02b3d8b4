//! How sure one can be that a person decided.

use serde::{Deserialize, Serialize};

/// How sure one can be that the reviewer made the decision. The two are never presented alike.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Assurance, Obligation};
///
/// let finance = Obligation::new("finance")?.seats("finance", 1)?;
/// assert_eq!(finance.assurance, Assurance::ChannelAttested);
///
/// let with_keys = finance.assurance(Assurance::ReviewerKey);
/// assert!(with_keys.assurance > Assurance::ChannelAttested);
/// # Ok::<(), approvals::NameError>(())
/// ```
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
