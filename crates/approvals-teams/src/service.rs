//! Teams as what a [`Chat`](approvals_chat::Chat) needs.

use std::time::Duration;

use approvals_chat::{Admission, Clicker, Fault, Meaning, Service, Sheet, View};
use approvals_core::{Ballot, Card, ChannelIdentity, Group, Obligations};
use async_trait::async_trait;

use crate::answer::{Answer, Asker};
use crate::error::Problem;
use crate::id::{ActivityId, ConversationId, IdError, UserId};
use crate::message::{self, Buttons, Message, Teams};
use crate::shared::{Shared, TELLS};
use crate::transport::Member;

/// Who may decide, of those whom Teams has roles for.
const FULL_MEMBERS: [&str; 2] = ["user", "owner"];

#[async_trait]
impl Service for Shared {
    type Target = ConversationId;
    type Content = Message;
    type Hint = Asker;

    fn name(&self) -> &str {
        &self.config.name
    }

    fn targets(&self, card: &Card) -> Vec<ConversationId> {
        let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
        let groups = asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group));
        let of_group = |group| self.target_of(group).unwrap_or(self.config.conversation.clone());
        let mut conversations: Vec<_> = groups.map(of_group).collect();
        conversations.sort();
        conversations.dedup();
        if conversations.is_empty() {
            conversations.push(self.config.conversation.clone());
        }
        conversations
    }

    fn target_of(&self, group: &Group) -> Option<ConversationId> {
        self.config.conversations.get(group).cloned()
    }

    async fn place(&self, conversation: &ConversationId) -> Result<String, Fault> {
        Ok(Self::place(self, conversation))
    }

    fn target_at(&self, place: &str) -> Option<ConversationId> {
        self.conversation_at(place)
    }

    async fn content(&self, view: View<'_>) -> Result<Message, Fault> {
        let form = Teams { name: &self.config.name, read_at: self.config.read_at.as_deref() };
        let sheet = Sheet::of(view, &form);
        let View::Card { state, buttons, .. } = view else {
            return Ok(message::message(&sheet, None));
        };
        let shown = match buttons.map(|buttons| (buttons.approve(), buttons.reject())) {
            Some((approve, reject)) => {
                message::message(&sheet, Some(Buttons { approve: &approve, reject: &reject }))
            }
            None => message::message(&sheet, None),
        };
        let deciders = state.decisions().iter().map(|decision| decision.identity.clone()).collect();
        Ok(Message { deciders, ..shown })
    }

    async fn probe(&self) -> Result<(), Fault> {
        let conversation = &self.config.conversation;
        let service = self.service(conversation).await?;
        match self.connector.look_at(&service, conversation).await {
            // That says nothing of the others, but that Teams answers.
            Err(error) if error.is_of_one_place() => Ok(()),
            looked => Ok(looked?),
        }
    }

    async fn post(
        &self,
        conversation: &ConversationId,
        message: &Message,
    ) -> Result<String, Fault> {
        let service = self.service(conversation).await?;
        let posted = self.connector.post(&service, conversation, &message.activity()).await?;
        Ok(posted.as_str().to_owned())
    }

    async fn change(
        &self,
        conversation: &ConversationId,
        id: &str,
        message: &Message,
    ) -> Result<(), Fault> {
        let id = called(id)?;
        // Whoever has just clicked sees it at once; everybody else when Teams has it.
        self.askers.show(conversation, &id, message);
        let service = self.service(conversation).await?;
        Ok(self.connector.update(&service, conversation, &id, &message.activity()).await?)
    }

    async fn reply(
        &self,
        conversation: &ConversationId,
        id: &str,
        message: &Message,
    ) -> Result<(), Fault> {
        let service = self.service(conversation).await?;
        let said = message.activity();
        Ok(self.connector.reply(&service, conversation, &called(id)?, &said).await?)
    }

    async fn admit(&self, identity: &ChannelIdentity) -> Result<Admission, Fault> {
        let Some(user) = self.user(identity) else { return Ok(outside(FOREIGN)) };
        let member = self.member(&user).await?;
        Ok(self.admits(member.as_ref()))
    }

    async fn tell(&self, clicker: &Clicker<Asker>, message: &Message) -> Result<(), Fault> {
        let said = || Answer::Said(message.text.clone());
        if clicker.hint.as_ref().is_some_and(|asker| asker.answer(said())) {
            return Ok(());
        }
        // They look elsewhere by now.
        let Some(user) = self.user(&clicker.identity) else { return Ok(()) };
        if self.tells.turn(&[(user.clone(), TELLS)], Duration::ZERO).await.is_err() {
            return Ok(());
        }
        let Some(member) = self.member(&user).await? else { return Ok(()) };
        let service = self.service(&self.config.conversation).await?;
        let alone = self.connector.alone_with(&service, &self.config.bot, &member).await?;
        self.connector.post(&service, &alone, &message.activity()).await?;
        Ok(())
    }

    /// Whoever has clicked sees next what their message shows next.
    async fn counted(&self, clicker: &Clicker<Asker>, _ballot: &Ballot) {
        if let Some(asker) = &clicker.hint {
            self.askers.add(clicker.identity.clone(), asker.clone());
        }
    }
}

const FOREIGN: &str = "only members of this organization decide here";

impl Shared {
    /// Who somebody is in the first conversation of ours that they are in, as Teams says it now.
    pub(crate) async fn member(&self, user: &UserId) -> Result<Option<Member>, Problem> {
        let mut unseen = None;
        for conversation in self.config.everywhere() {
            let service = self.service(conversation).await?;
            match self.connector.member(&service, conversation, user).await {
                Ok(None) => {}
                // In another one they may be seen: one that the app was taken out of holds up no other.
                Err(error) if error.is_of_one_place() => unseen = unseen.or(Some(error)),
                found => return Ok(found?),
            }
        }
        unseen.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Whether somebody who was just looked up may decide anything here.
    pub(crate) fn admits(&self, member: Option<&Member>) -> Admission {
        match member {
            None => outside("you are in none of the conversations in which this app asks"),
            Some(member) if member.tenant != self.config.tenant => outside(FOREIGN),
            Some(member) if !FULL_MEMBERS.contains(&member.role.as_str()) => {
                outside("guests of this organization decide nothing")
            }
            Some(_full) => Admission::Admitted,
        }
    }
}

fn outside(why: &str) -> Admission {
    Admission::Outside(why.to_owned())
}

/// What a message is called, from the ledger.
fn called(id: &str) -> Result<ActivityId, Fault> {
    id.parse().map_err(|error: IdError| Fault::new(Meaning::Refused, error))
}
