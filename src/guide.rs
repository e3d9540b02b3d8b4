//! How to use it, a page for each of those who do.
//!
//! | you | page |
//! |---|---|
//! | write an agent's functions | [`first_gated_function`], then [`requires_approval`](macro@crate::requires_approval) |
//! | say what may happen | [`writing_a_policy`] |
//! | decide in Slack | [`approvals_in_slack`] |
//! | decide in Microsoft Teams | [`approvals_in_teams`] |
//! | bring a channel of your own | [`writing_an_approver`] |
//! | test code that asks | [`testing`] |
//! | run it | [`deploying`] |
//! | decide whether to trust it | [`what_it_does_not_protect`] |

#[doc = include_str!("guide/first_gated_function.md")]
pub mod first_gated_function {}

#[doc = include_str!("guide/writing_a_policy.md")]
pub mod writing_a_policy {}

#[doc = include_str!("guide/approvals_in_slack.md")]
pub mod approvals_in_slack {}

#[doc = include_str!("guide/approvals_in_teams.md")]
pub mod approvals_in_teams {}

#[doc = include_str!("guide/writing_an_approver.md")]
pub mod writing_an_approver {}

#[doc = include_str!("guide/testing.md")]
pub mod testing {}

#[doc = include_str!("guide/deploying.md")]
pub mod deploying {}

#[doc = include_str!("guide/what_it_does_not_protect.md")]
pub mod what_it_does_not_protect {}
