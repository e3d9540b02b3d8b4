//! How conversations and messages come to be.

use serde_json::Value;

use super::conversation::{split, thread};
use super::{Conversation, Kind, Message, World};

impl World {
    /// The conversation with one person, which begins where it has to.
    ///
    /// # Panics
    /// If there is no such person.
    pub fn personal(&mut self, person: &str) -> String {
        let person = self.person(person).id.clone();
        let is_theirs = |it: &&Conversation| it.kind == Kind::Personal && it.has(&person);
        if let Some(begun) = self.conversations.iter().find(is_theirs) {
            return begun.id.clone();
        }
        let id = format!("a:1fake{:08}{}", self.next(), person.trim_start_matches("29:"));
        self.conversations.push(Conversation::new(&id, "", Kind::Personal, [&person]));
        id
    }

    /// Puts a message where it belongs, and says its id.
    pub(crate) fn write(
        &mut self,
        place: &str,
        to: Option<&str>,
        from: &str,
        activity: &Value,
    ) -> String {
        let id = self.next_message_id();
        let is_channel = self.find_conversation(place).is_some_and(|it| it.kind == Kind::Channel);
        let conversation = match split(place) {
            (channel, None) if is_channel => {
                // A reply stands in the thread of what it replies to; all else begins one.
                let replied = to.and_then(|to| self.find_message(place, to));
                replied.map_or_else(|| thread(channel, &id), |it| it.conversation.clone())
            }
            (_, _) => place.to_owned(),
        };
        self.messages.push(Message {
            id: id.clone(),
            conversation,
            reply_to: to.map(str::to_owned),
            from: from.to_owned(),
            activity: activity.clone(),
            edits: Vec::new(),
            answered: Vec::new(),
        });
        id
    }
}
