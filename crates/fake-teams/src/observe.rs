//! What a test can see.

use crate::fake::FakeTeams;
use crate::log::Call;
use crate::shared::PATIENCE;
use crate::world::Message;

impl FakeTeams {
    /// All messages of a conversation, in the order in which they were posted: of a channel those of all its threads,
    /// of a thread its own.
    #[must_use]
    pub fn messages(&self, conversation: &str) -> Vec<Message> {
        let is_here = |message: &&Message| message.is_in(conversation);
        self.shared.world(|world| world.messages.iter().filter(is_here).cloned().collect())
    }

    /// One message, if it is there.
    #[must_use]
    pub fn message(&self, conversation: &str, id: &str) -> Option<Message> {
        self.shared.world(|world| world.find_message(conversation, id).cloned())
    }

    /// What was posted as a reply to a message.
    #[must_use]
    pub fn replies(&self, conversation: &str, id: &str) -> Vec<Message> {
        let mut replies = self.messages(conversation);
        replies.retain(|message| message.reply_to.as_deref() == Some(id));
        replies
    }

    /// All calls, in the order in which they came.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls(|calls| calls.clone())
    }

    /// All calls of one [name](Call::name).
    #[must_use]
    pub fn calls_of(&self, name: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.name == name);
        calls
    }

    /// Waits until there is something to see, and fails the test where that takes half a minute.
    pub async fn until<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let found = self.shared.until(PATIENCE, |_| look(self)).await;
        found.unwrap_or_else(|| panic!("waited in vain until {what}"))
    }
}
