//! The messages that show a card, and the buttons that were pressed under it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::review::decision::Choice;
use crate::review::directory::ChannelIdentity;
use crate::review::press::Press;

/// How far a channel has got with a message that shows a card. [`Post`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a message that somebody overlooks is left with buttons"
)]
pub enum PostStage {
    /// It is about to be sent. Until another stage follows, nobody knows whether it was.
    Sending,
    /// It was sent, and nobody knows whether it arrived. What may have arrived has no buttons.
    Unsure {
        /// What the channel says went wrong.
        error: String,
    },
    /// It is there, and from here on it may get the buttons that are sealed like this.
    Sent {
        /// The channel's name for the message.
        message: String,
        /// The seal of the button that approves.
        approve: Digest,
        /// The seal of the button that rejects.
        reject: Digest,
    },
    /// It shows the card.
    Shown,
    /// How the request ended is told: in the message, which has no buttons any more, or, if it can be changed no more,
    /// under it.
    Closed,
    /// It is not there, or can be changed no more.
    Lost {
        /// What the channel says went wrong.
        error: String,
    },
}

/// A message that shows a card, as its events tell.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{PostStage, State};
///
/// /// Where people can still press a button.
/// fn open(state: &State) -> Vec<&str> {
///     let shown = state.posts().iter().filter(|post| matches!(post.stage(), PostStage::Shown));
///     shown.filter_map(|post| post.message()).collect()
/// }
/// assert!(open(&State::default()).is_empty());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    channel: String,
    place: String,
    stage: PostStage,
    since: Timestamp,
    message: Option<String>,
    /// Of the buttons that it got, the newest last: an older message may still be on somebody's screen.
    seals: Vec<[Digest; 2]>,
    /// Of the buttons that it was last known to show.
    shown: Option<[Digest; 2]>,
    /// How many messages may be there that nobody knows of.
    doubtful: u32,
}

/// How long a message may be on its way before nobody knows any more what became of it.
pub(crate) const ON_ITS_WAY: Duration = Duration::from_secs(60);

/// How long nothing is sent after something of which nobody knows whether it arrived.
pub(crate) const AFTER_DOUBT: Duration = Duration::from_secs(5);

/// How many times a message may get new buttons before its first ones count no more.
const MAX_SEALS: usize = 16;

/// How many messages may be left behind of which nobody knows.
const MAX_DOUBTFUL: u32 = 1;

impl Post {
    /// The name of the channel.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Where in the channel it is.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// How far the channel has got with it.
    #[must_use]
    pub fn stage(&self) -> &PostStage {
        &self.stage
    }

    /// The channel's name for it, once it is there.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Since when it has been at this stage.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Whether it is there and does not say yet how the request ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.stage, PostStage::Sent { .. } | PostStage::Shown)
    }

    /// Whether it may be there and nobody has told yet in it, or under it, how the request ended.
    pub(crate) fn is_untold(&self) -> bool {
        let is_stuck = matches!(self.stage, PostStage::Lost { .. }) && self.message.is_some();
        self.is_open() || is_stuck
    }

    /// Whether it is there, or may be any moment.
    pub(crate) fn may_be_seen(&self) -> bool {
        self.is_open() || matches!(self.stage, PostStage::Sending)
    }

    /// Whether a message may be sent (again) at `at`.
    pub(crate) fn may_be_sent(&self, at: Timestamp) -> bool {
        match self.stage {
            PostStage::Sending => {
                at >= self.since.after(ON_ITS_WAY) && self.doubtful < MAX_DOUBTFUL
            }
            PostStage::Unsure { .. } => {
                at >= self.since.after(AFTER_DOUBT) && self.doubtful < MAX_DOUBTFUL
            }
            PostStage::Lost { .. } => true,
            PostStage::Sent { .. } | PostStage::Shown | PostStage::Closed => false,
        }
    }

    /// Whether it got a button with this seal.
    fn has(&self, choice: Choice, seal: Digest) -> bool {
        self.seals.iter().chain(&self.shown).any(|[approve, reject]| match choice {
            Choice::Approve => *approve == seal,
            Choice::Reject => *reject == seal,
        })
    }

    fn new(channel: &str, place: &str, at: Timestamp) -> Self {
        let (channel, place) = (channel.to_owned(), place.to_owned());
        let (message, seals, stage) = (None, Vec::new(), PostStage::Sending);
        Self { channel, place, stage, since: at, message, seals, shown: None, doubtful: 0 }
    }

    fn go_on(
        &mut self,
        stage: &PostStage,
        is_over: bool,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        match (&self.stage, stage) {
            (before, PostStage::Sending) if self.may_be_sent(at) => {
                if !matches!(before, PostStage::Lost { .. }) {
                    self.doubtful = self.doubtful.saturating_add(1);
                }
                (self.message, self.seals, self.shown) = (None, Vec::new(), None);
            }
            (PostStage::Sending, PostStage::Unsure { .. } | PostStage::Lost { .. })
            | (PostStage::Sent { .. } | PostStage::Shown, PostStage::Lost { .. }) => {}
            (PostStage::Sent { .. }, PostStage::Shown) => self.shown = self.seals.last().copied(),
            (
                PostStage::Sending | PostStage::Sent { .. } | PostStage::Shown,
                PostStage::Sent { message, approve, reject },
            ) => {
                if self.message.as_ref().is_some_and(|known| known != message) {
                    return Err("it is another message");
                }
                self.message = Some(message.clone());
                if self.seals.len() >= MAX_SEALS {
                    self.seals.remove(0);
                }
                self.seals.push([*approve, *reject]);
            }
            (_any, PostStage::Closed) if is_over && self.is_untold() => {}
            _other => return Err("the message is not at a stage that this can follow"),
        }
        (self.stage, self.since) = (stage.clone(), at);
        Ok(())
    }
}

/// In how many places at most one card is shown.
const MAX_POSTS: usize = 100;

/// How often one account may press each button under one card.
const MAX_PRESSES: usize = 20;

/// Everything about one request that has happened in channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct InChannels {
    pub(super) posts: Vec<Post>,
    /// Those of which nothing has come yet.
    open: Vec<Press>,
    /// Every press: which, by whom, and of which button.
    pressed: Vec<(Digest, ChannelIdentity, Choice)>,
}

impl InChannels {
    pub(super) fn post(
        &mut self,
        (channel, place): (&str, &str),
        stage: &PostStage,
        is_over: bool,
        at: Timestamp,
    ) -> Result<(), &'static str> {
        let is_here = |post: &&mut Post| post.channel == channel && post.place == place;
        if let Some(post) = self.posts.iter_mut().find(is_here) {
            return post.go_on(stage, is_over, at);
        }
        if *stage != PostStage::Sending || self.posts.len() >= MAX_POSTS {
            return Err("no message was about to be sent there");
        }
        self.posts.push(Post::new(channel, place, at));
        Ok(())
    }

    /// The buttons that were pressed and of which nothing has come yet, oldest first.
    pub(crate) fn open(&self) -> &[Press] {
        &self.open
    }

    /// Whether nothing has come of this press yet.
    pub(crate) fn is_open(&self, press: Digest) -> bool {
        self.open.iter().any(|open| open.id == press)
    }

    /// The press of the same account of which nothing has come yet and whose place this one does not take. What comes in
    /// late may be older than what came before it: so no approval takes the place of a rejection.
    pub(crate) fn stands_for(&self, press: &Press) -> Option<&Press> {
        let mut theirs = self.open.iter().filter(|open| open.identity == press.identity);
        theirs.find(|open| open.choice == press.choice || open.choice == Choice::Reject)
    }

    /// Whether a message of this card got a button with this seal.
    pub(crate) fn has_button(&self, choice: Choice, seal: Digest) -> bool {
        self.posts.iter().any(|post| post.has(choice, seal))
    }

    /// Whether this press was told before.
    pub(crate) fn knows(&self, press: Digest) -> bool {
        self.pressed.iter().any(|(id, ..)| *id == press)
    }

    pub(super) fn press(&mut self, press: Press) -> Result<(), &'static str> {
        let is_there = |post: &Post| {
            post.channel == press.identity.channel()
                && post.place == press.place
                && post.message.as_deref() == Some(&press.message)
        };
        if !self.posts.iter().any(is_there) {
            return Err("no such message has buttons");
        }
        if self.knows(press.id) {
            return Err("the press was told before");
        }
        if !self.has_patience_with(&press.identity, press.choice) {
            return Err("this account has pressed too many buttons");
        }
        self.pressed.push((press.id, press.identity.clone(), press.choice));
        // Whoever presses another button before anything has come of the first means the other.
        self.open.retain(|open| open.identity != press.identity);
        self.open.push(press);
        Ok(())
    }

    /// Whether one more press of this button by this account is taken: whoever has approved too often may still reject.
    pub(crate) fn has_patience_with(&self, identity: &ChannelIdentity, choice: Choice) -> bool {
        let is_theirs = |(_, by, of): &&(_, _, _)| by == identity && *of == choice;
        self.pressed.iter().filter(is_theirs).count() < MAX_PRESSES
    }

    pub(super) fn dismiss(&mut self, press: Digest) -> Result<(), &'static str> {
        let before = self.open.len();
        self.open.retain(|open| open.id != press);
        if self.open.len() < before { Ok(()) } else { Err("no such press is open") }
    }

    /// Somebody has decided: that is what has come of what they had pressed.
    pub(super) fn decided(&mut self, identity: &ChannelIdentity, choice: Choice) {
        self.open.retain(|open| open.identity != *identity || open.choice != choice);
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "post_tests.rs"]
mod tests;
