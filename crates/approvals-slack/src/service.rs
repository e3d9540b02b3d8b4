//! Slack as what a [`Chat`](approvals_chat::Chat) needs.

use approvals_chat::{Admission, Clicker, Fault, Meaning, Service, View};
use approvals_core::{Ballot, Card, ChannelIdentity, Choice, Group, Obligations};
use async_trait::async_trait;

use crate::belonging::Outsider;
use crate::error::Problem;
use crate::id::{ChannelId, IdError, MessageTs, UserGroupId, UserId};
use crate::message::{self, Buttons, Here, Message};
use crate::shared::Shared;

/// What opens a form for whoever has just clicked, for three seconds.
pub(crate) type Trigger = String;

#[async_trait]
impl Service for Shared {
    type Target = ChannelId;
    type Content = Message;
    type Hint = Trigger;

    fn name(&self) -> &str {
        &self.config.name
    }

    fn targets(&self, card: &Card) -> Vec<ChannelId> {
        let mut channels: Vec<_> = groups_of(card)
            .map(|group| self.config.channels.get(group).unwrap_or(&self.config.channel).clone())
            .collect();
        channels.sort();
        channels.dedup();
        if channels.is_empty() { vec![self.config.channel.clone()] } else { channels }
    }

    fn target_of(&self, group: &Group) -> Option<ChannelId> {
        self.config.channels.get(group).cloned()
    }

    async fn place(&self, channel: &ChannelId) -> Result<String, Fault> {
        Ok(self.belonging().await?.place(channel))
    }

    fn target_at(&self, place: &str) -> Option<ChannelId> {
        place.rsplit('/').next()?.parse().ok()
    }

    async fn content(&self, view: View<'_>) -> Result<Message, Fault> {
        Ok(match view {
            View::Placeholder(card) => message::placeholder(card),
            View::Card { card, state, buttons } => {
                let values = buttons.map(|buttons| (buttons.approve(), buttons.reject()));
                let buttons = values.as_ref().map(|(approve, reject)| Buttons { approve, reject });
                let elsewhere = self.config.read_at.as_ref();
                let elsewhere = elsewhere.map(|address| format!("{address}{}", card.id()));
                if buttons.is_some() && state.decisions().is_empty() {
                    message::asking(card, buttons, elsewhere.as_deref())
                } else {
                    message::state(card, state, self.here().await?, buttons, elsewhere.as_deref())
                }
            }
            View::Ended { card, state } => message::told(card, state, self.here().await?),
            View::Reminder(card) => message::reminder(card, self.wakes(card)),
            View::Escalation { card, group } => {
                message::escalation(card, group, self.config.groups.get(group))
            }
            View::Moved(card) => message::moved(card),
            View::Kept => message::kept(),
            View::NotCounted(why) => message::private(message::NOT_COUNTED, why),
        })
    }

    async fn probe(&self) -> Result<(), Fault> {
        Ok(self.web.auth_test().await.map(drop)?)
    }

    async fn post(&self, channel: &ChannelId, message: &Message) -> Result<String, Fault> {
        let Message { text, blocks, .. } = message;
        let posted = self.web.post(channel, text, blocks, None).await?;
        if posted.channel == *channel {
            Ok(posted.ts.as_str().to_owned())
        } else {
            Err(Problem::Elsewhere(posted.channel).into())
        }
    }

    async fn change(&self, channel: &ChannelId, ts: &str, message: &Message) -> Result<(), Fault> {
        let Message { text, blocks, .. } = message;
        Ok(self.web.update(channel, &called(ts)?, text, blocks).await?)
    }

    async fn reply(&self, channel: &ChannelId, ts: &str, message: &Message) -> Result<(), Fault> {
        let Message { text, blocks, .. } = message;
        Ok(self.web.post(channel, text, blocks, Some(&called(ts)?)).await.map(drop)?)
    }

    async fn admit(&self, identity: &ChannelIdentity) -> Result<Admission, Fault> {
        let belonging = self.belonging().await?;
        let Some(user) = belonging.user(identity) else {
            return Ok(outside(Outsider::Foreign));
        };
        let member = self.web.member(&user).await?;
        Ok(belonging.admits(&member).map_or_else(outside, |()| Admission::Admitted))
    }

    async fn tell(&self, clicker: &Clicker<Trigger>, message: &Message) -> Result<(), Fault> {
        let belonging = self.belonging().await?;
        let channel = self.target_at(&clicker.place);
        let Some((channel, user)) = channel.zip(belonging.user(&clicker.identity)) else {
            return Ok(());
        };
        self.whisper(&channel, &user, message).await
    }

    /// Asks whoever has rejected for the reason. They may leave it.
    async fn counted(&self, clicker: &Clicker<Trigger>, ballot: &Ballot) {
        let (Choice::Reject, Some(trigger)) = (ballot.choice, &clicker.hint) else { return };
        let request = ballot.request;
        if let Err(error) = self.web.open_view(trigger, &message::reason_modal(request)).await {
            tracing::info!(%request, error = &error as &dyn std::error::Error, "nobody was asked why they reject");
        }
    }
}

impl Shared {
    /// Says something to one person in a channel.
    pub(crate) async fn whisper(
        &self,
        channel: &ChannelId,
        user: &UserId,
        message: &Message,
    ) -> Result<(), Fault> {
        let Message { text, blocks, .. } = message;
        Ok(self.web.whisper(channel, user, text, Some(blocks), None).await?)
    }

    /// The user group to wake for a card, if one is known.
    fn wakes(&self, card: &Card) -> Option<&UserGroupId> {
        groups_of(card).find_map(|group| self.config.groups.get(group))
    }

    /// In which Slack the messages are read.
    async fn here(&self) -> Result<Here<'_>, Problem> {
        Ok(Here { name: &self.config.name, belonging: self.belonging().await? })
    }
}

/// The groups whose members may decide a card.
fn groups_of(card: &Card) -> impl Iterator<Item = &Group> {
    let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
    asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group))
}

fn outside(outsider: Outsider) -> Admission {
    Admission::Outside(outsider.to_string())
}

/// What a message is called, from the ledger.
fn called(ts: &str) -> Result<MessageTs, Fault> {
    ts.parse().map_err(|error: IdError| Fault::new(Meaning::Refused, error))
}
