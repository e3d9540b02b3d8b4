//! What every [`Approver`] promises.
//!
//! A channel has two sides. The gate's is the trait; the people's differs from channel to channel, so it is told
//! by a [`Reviewing`]: how to see what is shown, and how to press what a person would press. `make` gives a new
//! channel each time it is called. Where something of the channel runs on threads or sockets, call this under a
//! clock that is not paused.
//!
//! ```
//! # use approvals_core as approvals;
//! use std::sync::Arc;
//!
//! use approvals::{Approver, Ballot, Card, ChannelIdentity, InMemoryApprover};
//! use approvals_testkit::conformance::{self, approver::Reviewing};
//! use async_trait::async_trait;
//!
//! /// Somebody before a screen that shows what is in the inbox.
//! #[derive(Debug, Default)]
//! struct Screen(InMemoryApprover);
//!
//! impl Screen {
//!     async fn answer(&self, ballot: Ballot) {
//!         // Refusals are shown to the person; here, nobody looks.
//!         drop(self.0.decide(&self.identity(), ballot).await);
//!     }
//! }
//!
//! #[async_trait]
//! impl Reviewing for Screen {
//!     fn approver(&self) -> Arc<dyn Approver> {
//!         Arc::new(self.0.clone())
//!     }
//!     fn identity(&self) -> ChannelIdentity {
//!         ChannelIdentity::new("memory", "mira").expect("this is a name")
//!     }
//!     async fn shown(&self, card: &Card) -> Option<String> {
//!         let shown = self.0.waiting().into_iter().find(|one| one.id() == card.id())?;
//!         Some(shown.to_string())
//!     }
//!     async fn approve(&self, card: &Card) -> bool {
//!         self.answer(Ballot::approve(card).expect("it has a digest")).await;
//!         true
//!     }
//!     async fn reject(&self, card: &Card, reason: &str) {
//!         self.answer(Ballot::reject(card, reason).expect("it has a digest")).await;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
//! conformance::approver::all(async || Screen::default()).await;
//! // Or one check by itself, in a test with its name:
//! conformance::approver::presenting_again_is_harmless(Screen::default()).await;
//! # }
//! ```

mod answers;
#[cfg(test)]
mod broken;
mod cards;
mod presenting;
mod scene;

use std::sync::Arc;

use approvals_core::{Approver, Card, ChannelIdentity};
use async_trait::async_trait;

pub use answers::{
    a_rejection_reaches_the_desk_with_its_reason, an_answer_after_the_end_changes_nothing,
    an_approval_reaches_the_desk_once_as_who_gave_it, updates_and_nudges_harm_nothing_at_any_time,
};
pub use cards::{what_can_be_approved_is_shown_whole, what_the_caller_writes_harms_nothing};
pub use presenting::{
    a_dropped_presentation_leaves_the_channel_usable, calls_of_one_turn_are_decided_one_by_one,
    cards_that_wait_together_are_not_mixed_up, presenting_again_is_harmless,
    presenting_returns_before_anybody_has_decided, the_channel_has_one_name,
};

/// The people's side of one channel. Cards are decided in the order in which they were presented.
///
/// [The page of the suite](self) has an example.
#[async_trait]
pub trait Reviewing: Send + Sync {
    /// The channel: the same one each time.
    fn approver(&self) -> Arc<dyn Approver>;

    /// As whom the channel has authenticated the person here.
    fn identity(&self) -> ChannelIdentity;

    /// What the person sees of this card, as text; `None` if nothing of it is shown. Lines may be broken and
    /// indented as the channel likes, also with `>` as a margin.
    async fn shown(&self, card: &Card) -> Option<String>;

    /// Presses whatever approves this card, and returns once the channel has dealt with that; `false` if there
    /// is no way to approve it.
    async fn approve(&self, card: &Card) -> bool;

    /// Rejects this card with a reason, and returns once the channel has dealt with that.
    async fn reject(&self, card: &Card, reason: &str);
}

/// Every check, each on a channel of its own. [The page of the suite](self) has an example.
pub async fn all<R: Reviewing>(make: impl AsyncFn() -> R) {
    in_turn! {
        the_channel_has_one_name(make().await);
        presenting_returns_before_anybody_has_decided(make().await);
        presenting_again_is_harmless(make().await);
        a_dropped_presentation_leaves_the_channel_usable(make().await);
        cards_that_wait_together_are_not_mixed_up(make().await);
        calls_of_one_turn_are_decided_one_by_one(make().await);
        what_can_be_approved_is_shown_whole(make().await);
        what_the_caller_writes_harms_nothing(make().await);
        an_approval_reaches_the_desk_once_as_who_gave_it(make().await);
        a_rejection_reaches_the_desk_with_its_reason(make().await);
        an_answer_after_the_end_changes_nothing(make().await);
        updates_and_nudges_harm_nothing_at_any_time(make().await);
    }
}
