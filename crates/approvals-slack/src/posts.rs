//! Puts cards into messages, and keeps those as the ledger has it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Card, ChannelIdentity, Desk, DeskError, Obligations, Outbox, Phase, Post, PostStage, RequestId,
    State, Turn,
};

use crate::error::Problem;
use crate::id::{ChannelId, MessageTs, UserGroupId, UserId};
use crate::message::{self, Buttons, Here, Message};
use crate::shared::{Handle, Shared};
use crate::transport::{WebError, insist, insist_if};

/// How long a message may take that Slack does not take, all its tries together. It is well within the time after which
/// another process would think that nobody knows what became of it.
const POST: Duration = Duration::from_secs(20);

/// How long the change of a message may take, all its tries together. It is tried again later.
const CHANGE: Duration = Duration::from_secs(15);

/// The first and the longest pause before a card is shown in a channel that it could not be shown in.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// How often a message is changed again at once because something has happened meanwhile.
const TRIES: usize = 5;

impl Shared {
    /// Where a card is posted: where those are who may decide it.
    pub(crate) fn channels_of(&self, card: &Card) -> BTreeSet<ChannelId> {
        let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
        let groups = asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group));
        let channel_of = |group| self.config.channels.get(group).unwrap_or(&self.config.channel);
        let channels: BTreeSet<_> = groups.map(channel_of).cloned().collect();
        if channels.is_empty() { BTreeSet::from([self.config.channel.clone()]) } else { channels }
    }

    /// The user group to wake for a card, if one is known.
    pub(crate) fn wakes(&self, card: &Card) -> Option<&UserGroupId> {
        let asked = card.request().obligations().into_iter().flat_map(Obligations::iter);
        let mut groups = asked.flat_map(|one| one.quorum.iter().map(|seats| &seats.group));
        groups.find_map(|group| self.config.groups.get(group))
    }

    /// Shows a card in one channel, from wherever whoever began that has come to; returns what the message is called.
    ///
    /// Whoever stops waiting for it does not stop it: what becomes of a post is to be known.
    pub(crate) async fn show(
        self: &Handle,
        desk: &Desk,
        card: &Card,
        channel: &ChannelId,
    ) -> Result<String, Problem> {
        let shared = Arc::clone(self);
        let (desk, card, channel) = (desk.clone(), card.clone(), channel.clone());
        let showing = tokio::spawn(async move { shared.show_now(&desk, &card, &channel).await });
        showing.await.unwrap_or(Err(Problem::InOtherHands))
    }

    async fn show_now(
        &self,
        desk: &Desk,
        card: &Card,
        channel: &ChannelId,
    ) -> Result<String, Problem> {
        let _mine = self.posting.of((card.id(), channel.clone())).await;
        let (place, outbox) = (self.belonging().await?.place(channel), self.outbox(desk));
        loop {
            let left = self.wait_out(desk, card.id(), &place).await?;
            match outbox.begin(card.id(), &place).await? {
                Turn::Post => {
                    self.post(&outbox, card, channel, &place).await?;
                    if let Some(left) = left {
                        self.reply(channel, &left, &message::moved(card)).await;
                    }
                }
                Turn::Show { message } => {
                    self.change(desk, card.id(), &place, &message).await?;
                    return Ok(format!("{place}/{message}"));
                }
                Turn::Done { message } => return Ok(format!("{place}/{message}")),
                Turn::Over => return Ok(place),
                Turn::Wait(_for) => return Err(Problem::InOtherHands),
                Turn::Spent => return Err(Problem::Spent),
            }
        }
    }

    /// There is one more try at a post whose fate is unknown: it is not wasted on a Slack that is down. Returns the message
    /// that is left behind if there is another one now: nobody can change it, and its buttons count no more then.
    async fn wait_out(
        &self,
        desk: &Desk,
        request: RequestId,
        place: &str,
    ) -> Result<Option<MessageTs>, Problem> {
        let Some((_, state)) = desk.state_of(request).await? else { return Ok(None) };
        let mut posts = state.posts().iter().filter(|post| post.channel() == self.config.name);
        let Some(post) = posts.find(|post| post.place() == place) else { return Ok(None) };
        match (post.stage(), post.message()) {
            (PostStage::Unsure { .. }, _) => drop(self.web.auth_test().await?),
            (PostStage::Lost { error }, Some(message)) if !error.contains("message_not_found") => {
                return Ok(message.parse().ok());
            }
            _nothing_left => {}
        }
        Ok(None)
    }

    /// Posts what a card will take the place of. Whatever comes of that is noted.
    async fn post(
        &self,
        outbox: &Outbox,
        card: &Card,
        channel: &ChannelId,
        place: &str,
    ) -> Result<(), Problem> {
        let (id, hold) = (card.id(), message::placeholder(card));
        // What Slack does not take leaves no trace there; nor is it to leave two events for each try here.
        let post = || self.web.post(channel, &hold.text, &hold.blocks, None);
        match insist_if(POST, WebError::is_without_effect, post).await {
            Ok(posted) if posted.channel == *channel => {
                // With buttons that nobody will ever see: what is there now has none.
                outbox.sent(card, place, posted.ts.as_str()).await?;
                Ok(())
            }
            Ok(elsewhere) => {
                let why = format!("Slack has put it into {}", elsewhere.channel);
                outbox.lost(id, place, &why).await?;
                Err(Problem::Elsewhere(elsewhere.channel))
            }
            Err(error @ WebError::Unsure { .. }) => {
                tracing::warn!(request = %id, %channel, error = &error as &dyn std::error::Error, "the fate of a post is unknown");
                Ok(outbox.unsure(id, place, &error.to_string()).await?)
            }
            Err(error) => {
                if let WebError::Fatal { .. } = error {
                    tracing::error!(request = %id, %channel, error = &error as &dyn std::error::Error, "Slack takes nothing from this app any more");
                }
                outbox.lost(id, place, &error.to_string()).await?;
                Err(error.into())
            }
        }
    }

    /// Makes every message of a request show where that stands. One that somebody has deleted while people were still
    /// to decide is posted again.
    pub(crate) async fn refresh(
        self: &Handle,
        desk: &Desk,
        request: RequestId,
    ) -> Result<(), Problem> {
        let Some((card, state)) = desk.state_of(request).await? else { return Ok(()) };
        let mut failed = None;
        for post in self.messages(&state) {
            let Some(message) = post.message() else { continue };
            let mut changed = self.change(desk, request, post.place(), message).await;
            if let (Err(Problem::Deleted), Some((channel, _))) =
                (&changed, address(post.place(), message))
            {
                changed = self.show(desk, &card, &channel).await.map(drop);
            }
            failed = changed.err().or(failed);
        }
        failed.map_or(Ok(()), Err)
    }

    /// The messages of this channel that are there, also those that tell the end already: there may be more to tell.
    pub(crate) fn messages<'a>(&'a self, state: &'a State) -> impl Iterator<Item = &'a Post> {
        let is_over = matches!(state.phase(), Phase::Ended(_));
        let is_there = move |post: &&Post| match post.stage() {
            PostStage::Sent { .. } | PostStage::Shown | PostStage::Closed => true,
            // Nobody could change it; that it is over can be said under it.
            PostStage::Lost { .. } => is_over && post.message().is_some(),
            PostStage::Sending | PostStage::Unsure { .. } => false,
        };
        state.posts().iter().filter(|post| post.channel() == self.config.name).filter(is_there)
    }

    /// Makes one message show where its request stands.
    async fn change(
        &self,
        desk: &Desk,
        request: RequestId,
        place: &str,
        ts: &str,
    ) -> Result<(), Problem> {
        let Some((channel, ts)) = address(place, ts) else { return Ok(()) };
        let (_mine, here) = (self.changing.of(request).await, self.here().await?);
        for _ in 0..TRIES {
            let Some((card, state)) = desk.state_of(request).await? else { return Ok(()) };
            let shown = match self.render(desk, &card, &state, here, place, &ts).await {
                Ok(message) => message,
                // Meanwhile it is over.
                Err(DeskError::Refused(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let update = || self.web.update(&channel, &ts, &shown.text, &shown.blocks);
            if let Err(error) = insist(CHANGE, update).await {
                return self.stuck(desk, &card, &state, (place, &channel, &ts), error).await;
            }
            let now = desk.state_of(request).await?;
            if now.is_some_and(|(_, now)| is_same(&state, &now)) {
                return self.changed(desk, &card, &state, (place, &channel, &ts)).await;
            }
        }
        Err(Problem::InOtherHands)
    }

    /// In which Slack the messages are read.
    async fn here(&self) -> Result<Here<'_>, Problem> {
        Ok(Here { name: &self.config.name, belonging: self.belonging().await? })
    }

    /// What the message is to show, with buttons that are good as long as it waits.
    async fn render(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        here: Here<'_>,
        place: &str,
        ts: &MessageTs,
    ) -> Result<Message, DeskError> {
        let elsewhere =
            self.config.read_at.as_ref().map(|address| format!("{address}{}", card.id()));
        if *state.phase() != Phase::Pending {
            return Ok(message::state(card, state, here, None, elsewhere.as_deref()));
        }
        let fresh = self.outbox(desk).sent(card, place, ts.as_str()).await?;
        let (approve, reject) = (fresh.approve(), fresh.reject());
        let buttons = Some(Buttons { approve: &approve, reject: &reject });
        Ok(if state.decisions().is_empty() {
            message::asking(card, buttons, elsewhere.as_deref())
        } else {
            message::state(card, state, here, buttons, elsewhere.as_deref())
        })
    }

    /// Notes what a message shows now; whoever notes the end tells it under the message as well.
    async fn changed(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        (place, channel, ts): (&str, &ChannelId, &MessageTs),
    ) -> Result<(), Problem> {
        let outbox = self.outbox(desk);
        match state.phase() {
            Phase::Pending => outbox.shown(card.id(), place).await?,
            Phase::Ended(_) if outbox.closed(card.id(), place).await? => {
                self.reply(channel, ts, &message::told(card, state, self.here().await?)).await;
            }
            Phase::Absent | Phase::Allowed | Phase::Granted | Phase::Started | Phase::Ended(_) => {}
        }
        Ok(())
    }

    /// A message that cannot be changed. If that is for good, it is noted, and said under it if that is still possible:
    /// a decision stands all the same.
    async fn stuck(
        &self,
        desk: &Desk,
        card: &Card,
        state: &State,
        (place, channel, ts): (&str, &ChannelId, &MessageTs),
        error: WebError,
    ) -> Result<(), Problem> {
        if error.is_passing() {
            return Err(error.into());
        }
        if let WebError::Fatal { .. } = error {
            // The message is there; it is this app that may do nothing any more.
            return Err(Problem::Barred(error));
        }
        tracing::error!(request = %card.id(), %channel, error = &error as &dyn std::error::Error, "a message can be changed no more");
        let outbox = self.outbox(desk);
        let is_deleted = error.code() == Some("message_not_found");
        let is_gone =
            is_deleted || matches!(error.code(), Some("channel_not_found" | "is_archived"));
        if matches!(state.phase(), Phase::Ended(_)) && !is_gone {
            let is_told = |post: &Post| post.place() == place && *post.stage() == PostStage::Closed;
            if self.messages(state).any(is_told) {
                return Ok(());
            }
            // Nothing else will ever say it, so it is noted only once it is said.
            let Message { text, blocks, .. } = message::told(card, state, self.here().await?);
            let say = || self.web.post(channel, &text, &blocks, Some(ts));
            match insist_if(CHANGE, WebError::is_without_effect, say).await {
                Err(error) if error.is_without_effect() => return Err(error.into()),
                Ok(_) | Err(_) => drop(outbox.closed(card.id(), place).await?),
            }
            return Ok(());
        }
        let noted = outbox.lost(card.id(), place, &error.to_string()).await;
        if !matches!(noted, Err(DeskError::Refused(_))) {
            noted?;
        }
        match state.phase() {
            Phase::Pending if is_deleted => Err(Problem::Deleted),
            Phase::Pending => Err(error.into()),
            Phase::Absent | Phase::Allowed | Phase::Granted | Phase::Started | Phase::Ended(_) => {
                Ok(())
            }
        }
    }

    /// Shows a card in a channel that could not be shown there for now, for as long as it waits for people.
    pub(crate) fn show_later(self: &Handle, desk: &Desk, card: &Card, channel: &ChannelId) {
        let shared = Arc::clone(self);
        let (desk, card, channel) = (desk.downgrade(), card.clone(), channel.clone());
        tokio::spawn(async move {
            let mut pause = FIRST_PAUSE;
            while let Some(desk) = desk.upgrade() {
                match shared.show(&desk, &card, &channel).await {
                    Err(problem) if problem.is_passing() => {
                        pause = pause.max(problem.again_after().unwrap_or_default());
                    }
                    _shown_or_never => return,
                }
                drop(desk);
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        });
    }

    /// Says something under a message, once: it is no harm if nobody hears it.
    pub(crate) async fn reply(&self, channel: &ChannelId, ts: &MessageTs, message: &Message) {
        let Message { text, blocks, .. } = message;
        if let Err(error) = self.web.post(channel, text, blocks, Some(ts)).await {
            tracing::warn!(%channel, error = &error as &dyn std::error::Error, "nothing could be said under a card");
        }
    }

    /// Says something to one person, once.
    pub(crate) async fn whisper(&self, identity: &ChannelIdentity, place: &str, message: &Message) {
        let Ok(belonging) = self.belonging().await else { return };
        let channel = place.rsplit('/').next().and_then(|channel| channel.parse().ok());
        let Some((channel, user)) = channel.zip(belonging.user(identity)) else { return };
        self.whisper_in(&channel, &user, message).await;
    }

    /// Says something to one person in a channel, once.
    pub(crate) async fn whisper_in(&self, channel: &ChannelId, user: &UserId, message: &Message) {
        let Message { text, blocks, .. } = message;
        let whispered = self.web.whisper(channel, user, text, Some(blocks), None).await;
        if let Err(error) = whispered {
            tracing::warn!(%user, error = &error as &dyn std::error::Error, "somebody could not be told what became of their click");
        }
    }
}

/// Where a message is, in Slack's words.
pub(crate) fn address(place: &str, ts: &str) -> Option<(ChannelId, MessageTs)> {
    let channel = place.rsplit('/').next()?.parse().ok()?;
    Some((channel, ts.parse().ok()?))
}

/// Whether there is the same to say of both.
fn is_same(one: &State, other: &State) -> bool {
    one.phase() == other.phase()
        && one.decisions().len() == other.decisions().len()
        && one.statements().len() == other.statements().len()
}
