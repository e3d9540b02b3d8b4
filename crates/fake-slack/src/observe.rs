//! What a test can see.

use crate::fake::FakeSlack;
use crate::log::Call;
use crate::shared::PATIENCE;
use crate::world::{Ephemeral, Message, View};

impl FakeSlack {
    /// All messages that stand in a channel, those in threads too, in the order in which they were posted.
    #[must_use]
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        let is_here = |message: &&Message| message.channel == channel && !message.is_deleted;
        self.shared.world(|world| world.messages.iter().filter(is_here).cloned().collect())
    }

    /// One message, if it stands.
    #[must_use]
    pub fn message(&self, channel: &str, ts: &str) -> Option<Message> {
        self.shared.world(|world| world.find_message(channel, ts).cloned())
    }

    /// What was written in the thread below a message.
    #[must_use]
    pub fn replies(&self, channel: &str, ts: &str) -> Vec<Message> {
        let mut replies = self.messages(channel);
        replies.retain(|message| message.thread_ts.as_deref() == Some(ts));
        replies
    }

    /// What one person alone was shown.
    #[must_use]
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        let is_for = |ephemeral: &&Ephemeral| ephemeral.user == user;
        self.shared.world(|world| world.ephemerals.iter().filter(is_for).cloned().collect())
    }

    /// All modals that were opened.
    #[must_use]
    pub fn views(&self) -> Vec<View> {
        self.shared.world(|world| world.views.clone())
    }

    /// All calls of the Web API, in the order in which they came.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls(|calls| calls.clone())
    }

    /// All calls of one method.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.method == method);
        calls
    }

    /// Waits until there is something to see, and fails the test where that takes half a minute.
    pub async fn until<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let found = self.shared.until(PATIENCE, |_| look(self)).await;
        found.unwrap_or_else(|| panic!("waited in vain until {what}"))
    }
}
