//! What a chat service does for its channel.

use std::fmt;
use std::hash::Hash;

use approvals_core::{Ballot, Buttons, Card, ChannelIdentity, Group, State};
use async_trait::async_trait;

use crate::fault::Fault;
use crate::settling::Clicker;

/// A chat service, in which a message can be posted, changed, answered, and have buttons. [`Chat`](crate::Chat) shows
/// cards with it.
///
/// Each method calls the service once; whether again, is for the caller to say. None of them reads back what a message shows.
///
/// [The page of this crate](crate) has an example.
#[async_trait]
pub trait Service: fmt::Debug + Send + Sync + 'static {
    /// Where messages are posted: what the service calls a conversation.
    type Target: Clone + Eq + Ord + Hash + fmt::Debug + fmt::Display + Send + Sync + 'static;
    /// What a message shows.
    type Content: Send + Sync;
    /// What the service gave along with a click, to answer it by.
    type Hint: Clone + fmt::Debug + Send + Sync + 'static;

    /// What the channel is called, in policies and in the log.
    fn name(&self) -> &str;

    /// Where a card is posted: where those are who may decide it.
    fn targets(&self, card: &Card) -> Vec<Self::Target>;

    /// Where members of that group are asked, if they have a conversation of their own.
    fn target_of(&self, group: &Group) -> Option<Self::Target>;

    /// What that is called in the ledger: the same for everybody who looks, and no other conversation anywhere.
    async fn place(&self, target: &Self::Target) -> Result<String, Fault>;

    /// The conversation of a place that [`place`](Self::place) has named.
    fn target_at(&self, place: &str) -> Option<Self::Target>;

    /// What is shown of something.
    async fn content(&self, view: View<'_>) -> Result<Self::Content, Fault>;

    /// Whether the service takes anything now.
    async fn probe(&self) -> Result<(), Fault>;

    /// Posts a message, and returns what it is called in its conversation.
    async fn post(&self, target: &Self::Target, content: &Self::Content) -> Result<String, Fault>;

    /// Makes a message show something else. Can be repeated.
    async fn change(
        &self,
        target: &Self::Target,
        message: &str,
        content: &Self::Content,
    ) -> Result<(), Fault>;

    /// Says something under a message.
    async fn reply(
        &self,
        target: &Self::Target,
        message: &str,
        content: &Self::Content,
    ) -> Result<(), Fault>;

    /// Looks up anew whether somebody may decide anything here. Who they are otherwise, the directory says.
    async fn admit(&self, identity: &ChannelIdentity) -> Result<Admission, Fault>;

    /// Says something to whoever has clicked, and to nobody else.
    async fn tell(
        &self,
        clicker: &Clicker<Self::Hint>,
        content: &Self::Content,
    ) -> Result<(), Fault>;

    /// Goes on after a click has counted: asks for a reason, say.
    async fn counted(&self, clicker: &Clicker<Self::Hint>, ballot: &Ballot) {
        let _nothing_more = (clicker, ballot);
    }
}

/// Whether somebody may decide anything in a chat service. [The page of this crate](crate) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is yes or no")]
pub enum Admission {
    /// They are a member.
    Admitted,
    /// They are not, for this reason, in words for them.
    Outside(String),
}

/// What is to be shown. [The page of this crate](crate) has an example.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each service shows all of it")]
pub enum View<'a> {
    /// A message in which nothing can be decided yet. What it says is true however long it stays.
    Placeholder(&'a Card),
    /// The card, as its request stands, with buttons as long as somebody may press them.
    Card {
        /// What is asked.
        card: &'a Card,
        /// How it stands.
        state: &'a State,
        /// What the buttons carry.
        buttons: Option<&'a Buttons>,
    },
    /// Under a card: what has become of its request.
    Ended {
        /// What was asked.
        card: &'a Card,
        /// How it stands.
        state: &'a State,
    },
    /// Under a card: its time is running out.
    Reminder(&'a Card),
    /// Under a card: others may decide as well.
    Escalation {
        /// What is asked.
        card: &'a Card,
        /// The others.
        group: &'a Group,
    },
    /// Under a card that can be changed no more: another one has taken its place.
    Moved(&'a Card),
    /// To whoever has clicked: something may come of it later.
    Kept,
    /// To whoever has clicked: nothing comes of it, and why.
    NotCounted(&'a str),
}
