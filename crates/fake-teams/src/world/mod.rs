//! Everything that the fake Teams knows, open to whoever sets a test up.

mod bot;
mod conversation;
mod message;
pub mod office;
mod people;
mod settings;
mod write;

use std::collections::{BTreeMap, VecDeque};

use tokio::time::Instant;

pub(crate) use bot::AccessToken;
pub use bot::{Bot, Team};
pub use conversation::{Conversation, Kind};
pub(crate) use conversation::{split, thread};
pub use message::{Answered, Message};
pub use people::Person;
pub use settings::{MemberId, Settings};

use crate::clock;
use crate::keys::{Pair, SigningKey};

/// Everything that the fake Teams knows.
///
/// ```
/// use fake_teams::{Person, World, office};
///
/// let mut world = World::office();
/// world.people.push(Person::new("29:1eve", "5b6f0b0e-0000-4000-8000-00000000000e", "Eve"));
/// world.person("29:1eve").user_role = "guest".to_owned();
/// world.conversation(office::DEPLOYS).members.push("29:1eve".to_owned());
/// ```
#[derive(Clone, Debug)]
pub struct World {
    /// The tenant: a GUID.
    pub tenant: String,
    /// The bot that is tested.
    pub bot: Bot,
    /// Where what people do is sent to.
    pub bot_endpoint: Option<String>,
    /// The team that all channels belong to.
    pub team: Team,
    /// Everybody.
    pub people: Vec<Person>,
    /// All conversations.
    pub conversations: Vec<Conversation>,
    /// All messages, in the order in which they were posted.
    pub messages: Vec<Message>,
    /// All keys.
    pub keys: Vec<SigningKey>,
    /// The name of the key that activities are signed with.
    pub signs_with: String,
    /// Limits and lifetimes.
    pub settings: Settings,
    pub(crate) tokens: Vec<AccessToken>,
    pub(crate) writes: BTreeMap<String, VecDeque<Instant>>,
    pub(crate) last_id: u128,
    pub(crate) counter: u64,
}

impl World {
    /// A person, by either id, to be changed.
    pub fn person(&mut self, id: &str) -> &mut Person {
        let found = self.people.iter_mut().find(|person| person.is(id));
        found.unwrap_or_else(|| panic!("there is no person `{id}`"))
    }

    /// A conversation, to be changed. The id of a thread means its channel.
    pub fn conversation(&mut self, id: &str) -> &mut Conversation {
        let id = split(id).0;
        let found = self.conversations.iter_mut().find(|conversation| conversation.id == id);
        found.unwrap_or_else(|| panic!("there is no conversation `{id}`"))
    }

    /// A message, to be changed.
    pub fn message(&mut self, conversation: &str, id: &str) -> &mut Message {
        let found = self.messages.iter_mut().find(|message| message.is(conversation, id));
        found.unwrap_or_else(|| panic!("there is no message `{id}` in `{conversation}`"))
    }

    /// No access token that was given out is good any more.
    pub fn revoke_tokens(&mut self) {
        for token in &mut self.tokens {
            token.is_revoked = true;
        }
    }

    /// The key that activities are signed with.
    #[must_use]
    pub fn signing_key(&self) -> SigningKey {
        let found = self.keys.iter().find(|key| key.kid == self.signs_with);
        found.unwrap_or_else(|| panic!("there is no key `{}`", self.signs_with)).clone()
    }

    /// From now on activities are signed with another key, which alone is published.
    pub fn rotate_keys(&mut self) {
        let pair = match self.signing_key().pair {
            Pair::First => Pair::Second,
            Pair::Second => Pair::First,
        };
        let key = SigningKey::new(&format!("fake-key-{}", self.next()), pair);
        self.signs_with.clone_from(&key.kid);
        self.keys = vec![key];
    }

    pub(crate) fn find_person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.is(id))
    }

    pub(crate) fn find_conversation(&self, id: &str) -> Option<&Conversation> {
        let id = split(id).0;
        self.conversations.iter().find(|conversation| conversation.id == id)
    }

    pub(crate) fn find_message(&self, conversation: &str, id: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.is(conversation, id))
    }

    /// A time in milliseconds that no message had before: what its id is.
    pub(crate) fn next_message_id(&mut self) -> String {
        self.last_id = clock::now().as_millis().max(self.last_id + 1);
        self.last_id.to_string()
    }

    /// An id that was not given before, for what is no message.
    pub(crate) fn next_guid(&mut self) -> String {
        format!("{:08x}-fa4e-4000-8000-{:012x}", clock::now().subsec_nanos(), self.next())
    }

    /// A number that was not given before.
    pub(crate) fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}
