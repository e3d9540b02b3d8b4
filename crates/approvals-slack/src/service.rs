//! Slack as what a [`Chat`](approvals_chat::Chat) needs.

use approvals_chat::{Admission, Clicker, Fault, Meaning, Service, Sheet, View};
use approvals_core::{Ballot, Card, ChannelIdentity, Choice, Group, Obligations};
use async_trait::async_trait;

use crate::belonging::Outsider;
use crate::config::SlackConfig;
use crate::error::Problem;
use crate::id::{ChannelId, IdError, MessageTs, UserId};
use crate::message::{self, Buttons, Here, Message, Slack};
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
        let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
        let groups = asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group));
        let mut channels: Vec<_> = groups
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
        let names_people = matches!(view, View::Card { .. } | View::Ended { .. });
        let here = if names_people { Some(self.here().await?) } else { None };
        let SlackConfig { groups, read_at, .. } = &self.config;
        let form = Slack { here, groups, read_at: read_at.as_deref() };
        let View::Card { buttons: Some(buttons), .. } = view else {
            return Ok(form.message(&Sheet::of(view, &form), None));
        };
        let (approve, reject) = (buttons.approve(), buttons.reject());
        let buttons = Buttons { approve: &approve, reject: &reject };
        Ok(form.message(&Sheet::of(view, &form), Some(buttons)))
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

    /// In which Slack a message is read.
    async fn here(&self) -> Result<Here<'_>, Problem> {
        Ok(Here { name: &self.config.name, belonging: self.belonging().await? })
    }
}

fn outside(outsider: Outsider) -> Admission {
    Admission::Outside(outsider.to_string())
}

/// What a message is called, from the ledger.
fn called(ts: &str) -> Result<MessageTs, Fault> {
    ts.parse().map_err(|error: IdError| Fault::new(Meaning::Refused, error))
}

#[cfg(test)]
mod tests {
    use approvals_chat::{Service as _, View};

    use crate::config::{SlackConfig, WayIn};
    use crate::shared::Shared;

    #[tokio::test]
    async fn what_names_nobody_can_be_said_although_slack_was_never_reached() {
        let way_in = WayIn::Http("0123456789abcdef0123456789abcdef".parse().unwrap());
        let (bot, channel) = ("xoxb-1".parse().unwrap(), "C0DEPLOYS".parse().unwrap());
        let config = SlackConfig::new("A0FAKE".parse().unwrap(), bot, channel, way_in);
        // Nobody listens there.
        let slack = Shared::new(config.api("http://127.0.0.1:9/")).unwrap();
        for view in [View::Kept, View::NotCounted("it could not be recorded")] {
            assert!(slack.content(view).await.is_ok(), "{view:?}");
        }
    }
}
