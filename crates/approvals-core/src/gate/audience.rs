//! Who shows one card: the channels that do, and those that are still trying to.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::approver::{AFTER_SILENCE, Approver, ApproverError, CHANNEL_TIMEOUT, Presented};
use super::caught::caught;
use super::chain::chain;
use super::desk::Desk;
use crate::review::card::Card;

/// The channels of one card.
#[derive(Debug, Default)]
pub(super) struct Audience {
    shown_by: Vec<Arc<dyn Approver>>,
    trying: JoinSet<Tried>,
    /// The channels that were asked to show it.
    asked: HashSet<String>,
    /// Those of them that could not at least once, which is noted.
    noted: HashSet<String>,
    /// How often each channel has tried in vain.
    tries: HashMap<String, u32>,
}

/// What came of one channel's attempt to show one card.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) approver: Arc<dyn Approver>,
    pub(super) shown: Result<Option<String>, Unshown>,
}

/// Why a card is not shown.
#[derive(Debug)]
pub(super) struct Unshown {
    pub(super) why: String,
    /// When the channel is to try again; never, if there is nothing.
    pub(super) again_after: Option<Duration>,
}

/// No channel is asked again sooner than that, whatever it says.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// No pause grows over that, unless the channel asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

impl Unshown {
    /// Not now: a channel that has not answered may answer yet.
    pub(super) fn for_now(why: impl Into<String>) -> Self {
        Self { why: why.into(), again_after: Some(AFTER_SILENCE) }
    }

    pub(super) fn never(why: impl Into<String>) -> Self {
        Self { why: why.into(), again_after: None }
    }
}

impl From<ApproverError> for Unshown {
    fn from(error: ApproverError) -> Self {
        Self { why: chain(&error), again_after: error.again_after() }
    }
}

impl Audience {
    /// The channels that show the card.
    pub(super) fn shown_by(&self) -> &[Arc<dyn Approver>] {
        &self.shown_by
    }

    /// The channels that show the card. Who is still trying to stops.
    pub(super) fn into_shown_by(self) -> Vec<Arc<dyn Approver>> {
        self.shown_by
    }

    /// Those of `approvers` that have not been asked to show the card. They count as asked from here on.
    pub(super) fn ask<'a>(
        &mut self,
        approvers: impl Iterator<Item = &'a Arc<dyn Approver>>,
    ) -> Vec<&'a Arc<dyn Approver>> {
        approvers.filter(|approver| self.asked.insert(approver.channel().to_owned())).collect()
    }

    /// Has a channel show the card as well.
    pub(super) fn try_with(&mut self, approver: &Arc<dyn Approver>, card: &Card, desk: &Desk) {
        self.try_after(Duration::ZERO, Arc::clone(approver), card, desk);
    }

    /// A pause that gets longer, so that a channel that is away for long fills no log.
    fn growing(&mut self, pause: Duration, channel: &str) -> Duration {
        let tries = self.tries.entry(channel.to_owned()).or_default();
        let pause = pause.max(SHORTEST_PAUSE);
        let grown = pause.saturating_mul(1 << (*tries / 3).min(10));
        *tries = tries.saturating_add(1);
        grown.min(LONGEST_PAUSE).max(pause)
    }

    fn try_after(
        &mut self,
        pause: Duration,
        approver: Arc<dyn Approver>,
        card: &Card,
        desk: &Desk,
    ) {
        let (card, desk) = (card.clone(), desk.clone());
        self.trying.spawn(async move {
            tokio::time::sleep(pause).await;
            let shown = present_alone(&*approver, &card, &desk).await;
            Tried { approver, shown }
        });
    }

    /// Whether a channel could not show the card, at least once.
    pub(super) fn has_failed(&self, channel: &str) -> bool {
        self.noted.contains(channel)
    }

    /// Whether nobody sees the card, and nobody ever will.
    pub(super) fn is_nobody(&self) -> bool {
        self.shown_by.is_empty() && self.trying.is_empty()
    }

    /// Counts a channel among those that show the card, or lets it try again if that may help. Returns what is to be
    /// noted: that it shows the card, or, once, that it does not.
    pub(super) fn take(
        &mut self,
        card: &Card,
        desk: &Desk,
        tried: Tried,
    ) -> Option<Result<Option<String>, String>> {
        let Tried { approver, shown } = tried;
        let unshown = match shown {
            Ok(message) => {
                self.shown_by.push(approver);
                return Some(Ok(message));
            }
            Err(unshown) => unshown,
        };
        let is_news = self.noted.insert(approver.channel().to_owned());
        let is_last = unshown.again_after.is_none();
        if let Some(pause) = unshown.again_after {
            let pause = self.growing(pause, approver.channel());
            self.try_after(pause, approver, card, desk);
        }
        (is_news || is_last).then_some(Err(unshown.why))
    }

    /// What came of the next attempt; nothing if no channel is trying.
    pub(super) async fn next(&mut self) -> Option<Tried> {
        loop {
            match self.trying.join_next().await? {
                Ok(tried) => return Some(tried),
                // The runtime is shutting down.
                Err(_gone) => {}
            }
        }
    }
}

/// Has a channel present one card.
pub(super) async fn present_alone(
    approver: &dyn Approver,
    card: &Card,
    desk: &Desk,
) -> Result<Option<String>, Unshown> {
    let presenting = || tokio::time::timeout(CHANNEL_TIMEOUT, approver.present(card, desk));
    match caught(presenting).await {
        Ok(Ok(Ok(Presented { message }))) => Ok(message),
        Ok(Ok(Err(error))) => Err(error.into()),
        Ok(Err(_elapsed)) => Err(Unshown::for_now("it took too long")),
        Err(_panic) => Err(Unshown::never("it panicked")),
    }
}
