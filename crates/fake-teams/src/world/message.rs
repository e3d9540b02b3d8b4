//! Messages, and what became of them.

use serde_json::Value;

use super::conversation::split;

/// What a card looks like.
const CARD: &str = "application/vnd.microsoft.card.adaptive";

/// The card that one person was answered a click with. [`Message`] has an example of what it is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Who clicked.
    pub user: String,
    /// What is shown to that person since.
    pub card: Value,
    /// How often the message had been edited by then: another edit shows everybody the same again.
    pub edits: usize,
}

/// A message.
///
/// ```
/// use fake_teams::{FakeTeams, office};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let teams = FakeTeams::start().await;
/// for message in teams.messages(office::DEPLOYS) {
///     println!("{} shows Ada {:?}", message.id, message.card_for(office::ADA));
/// }
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Message {
    /// When it was posted, in milliseconds: its id.
    pub id: String,
    /// The conversation that it is in; in a channel, with its thread: `19:…;messageid=…`.
    pub conversation: String,
    /// The message that it was posted as a reply to.
    pub reply_to: Option<String>,
    /// Who wrote it: `28:…` or `29:…`.
    pub from: String,
    /// The activity as it is now.
    pub activity: Value,
    /// What it was before, oldest first.
    pub edits: Vec<Value>,
    /// What single people see in its place.
    pub answered: Vec<Answered>,
}

impl Message {
    /// The first Adaptive Card in it, as everybody sees it.
    #[must_use]
    pub fn card(&self) -> Option<&Value> {
        let attachments = self.activity["attachments"].as_array()?;
        let card = attachments.iter().find(|attachment| attachment["contentType"] == CARD)?;
        card.get("content")
    }

    /// The card that one person sees: that of their last click, until the message is edited.
    #[must_use]
    pub fn card_for(&self, user: &str) -> Option<&Value> {
        let is_theirs =
            |answered: &&Answered| answered.user == user && answered.edits == self.edits.len();
        let answered = self.answered.iter().rev().find(is_theirs);
        answered.map(|answered| &answered.card).or_else(|| self.card())
    }

    /// Whether it is what this id means, in this conversation or in its thread.
    pub(crate) fn is(&self, conversation: &str, id: &str) -> bool {
        self.is_in(conversation) && self.id == id
    }

    /// Whether it is in this conversation or in this thread.
    pub(crate) fn is_in(&self, conversation: &str) -> bool {
        let (own, asked) = (split(&self.conversation), split(conversation));
        own.0 == asked.0 && asked.1.is_none_or(|root| own.1 == Some(root))
    }
}
