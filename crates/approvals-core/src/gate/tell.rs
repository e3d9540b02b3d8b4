//! Keeps channels told: what is to move people, and what has become of a request.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::approver::{AFTER_SILENCE, Approver, ApproverError, CHANNEL_TIMEOUT};
use super::builder::Core;
use super::chain::chain;
use super::desk::Desk;
use super::insist::{POLL, insist};
use crate::action::id::RequestId;
use crate::record::event::Execution;
use crate::record::nudge::Nudge;
use crate::record::state::{Outcome, Phase, State};
use crate::review::card::Card;

/// How often it is looked at what has become of a body that runs or is in doubt: its end in this process is heard of at
/// once.
const POLL_RUNNING: Duration = Duration::from_secs(5);

/// How often it is looked whether channels have heard.
const POLL_TELLING: Duration = Duration::from_millis(50);

/// For how long a body is followed, and a channel that is away is told again.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often channels are told of buttons that were pressed and nothing has come of.
const CATCH_UP: Duration = Duration::from_secs(10);

/// What channels have been told of a request that still waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    votes: usize,
    /// When they were last told of buttons that were pressed.
    presses: Option<Instant>,
}

impl Told {
    /// Whether there is anything to tell, or to wait for no more.
    pub(super) fn is_behind(&self, state: &State) -> bool {
        *state.phase() != Phase::Pending || self.lacks_votes(state) || self.lacks_presses(state)
    }

    /// Whether there are new votes. They count as told from here on.
    pub(super) fn votes_are_news(&mut self, state: &State) -> bool {
        let are_news = self.lacks_votes(state);
        self.votes = state.decisions().len();
        are_news
    }

    /// Whether there are presses of which nothing has come, and which were not told lately. They count as told from here
    /// on.
    pub(super) fn presses_are_news(&mut self, state: &State) -> bool {
        let are_news = self.lacks_presses(state);
        if are_news {
            self.presses = Some(Instant::now());
        }
        are_news
    }

    fn lacks_votes(&self, state: &State) -> bool {
        state.decisions().len() > self.votes
    }

    fn lacks_presses(&self, state: &State) -> bool {
        let is_due = self.presses.is_none_or(|last| last.elapsed() >= CATCH_UP);
        is_due && !state.channels().open().is_empty()
    }
}

impl Core {
    /// Tells each channel what becomes of a request, until it has ended. One that panics or hangs keeps nothing from the
    /// others.
    pub(super) async fn keep_all_told(
        self: &Arc<Self>,
        approvers: Vec<Arc<dyn Approver>>,
        card: &Card,
        phase: &Phase,
    ) {
        let mut telling = JoinSet::new();
        for approver in approvers {
            let (core, card, phase) = (Arc::clone(self), card.clone(), phase.clone());
            let keep_told = async move { core.keep_told(&*approver, &card, phase).await };
            telling.spawn(tokio::time::timeout(PATIENCE, keep_told));
        }
        self.keep_catching_up(card.clone());
        let mut told = Vec::new();
        while let Some(one) = telling.join_next().await {
            told.extend(one.ok().and_then(Result::ok).flatten());
        }
        self.follow_doubt(card.id(), told);
    }

    /// Has channels decide what is pressed under a card that is granted, and answer what was pressed before the end. The
    /// gate is not kept for that.
    fn keep_catching_up(self: &Arc<Self>, card: Card) {
        let core = Arc::downgrade(self);
        let catch_up = async move {
            while let Some(core) = core.upgrade() {
                match core.load(card.id()).await.map(|loaded| loaded.state) {
                    Ok(state) if !state.channels().open().is_empty() => {
                        for approver in &core.approvers {
                            core.have_catch_up(&**approver, &card).await;
                        }
                    }
                    Ok(state) if *state.phase() != Phase::Granted => return,
                    Ok(_) | Err(_) => {}
                }
                drop(core);
                tokio::time::sleep(CATCH_UP).await;
            }
        };
        tokio::spawn(tokio::time::timeout(PATIENCE, catch_up));
    }

    /// Has channels told what becomes of a request that ended in doubt, if that is not what they were `told`: people find
    /// it out, the body tells its end after all, or it is started again. The gate is not kept for that.
    fn follow_doubt(self: &Arc<Self>, id: RequestId, told: Vec<Phase>) {
        let core = Arc::downgrade(self);
        let follow = async move {
            loop {
                let Some(core) = core.upgrade() else { return };
                if let Ok(loaded) = core.load(id).await {
                    let phase = loaded.state.phase();
                    let in_doubt = Outcome::Executed(Execution::Dropped);
                    let is_news = told.iter().any(|told| told != phase);
                    let may_change = matches!(phase, Phase::Ended(end) if *end == in_doubt || matches!(end, Outcome::Resolved(_)));
                    let is_done = if is_news { core.finish(id) } else { !may_change };
                    if is_done {
                        return;
                    }
                }
                drop(core);
                tokio::time::sleep(POLL_RUNNING).await;
            }
        };
        tokio::spawn(tokio::time::timeout(PATIENCE, follow));
    }

    /// Waits until channels have been told of the end of each request that has ended and is looked after here, as long as
    /// one channel may take to hear of it.
    pub(super) async fn ends_told(&self) {
        let told = async {
            while self.has_untold_end().await {
                tokio::time::sleep(POLL_TELLING).await;
            }
        };
        if tokio::time::timeout(CHANNEL_TIMEOUT, told).await.is_err() {
            tracing::warn!("not every card shows how its request ended");
        }
    }

    async fn has_untold_end(&self) -> bool {
        for id in self.attended.all() {
            let loaded = self.load(id).await;
            if loaded.is_ok_and(|loaded| matches!(loaded.state.phase(), Phase::Ended(_))) {
                return true;
            }
        }
        false
    }

    /// Tells a channel that somebody has voted, and that it takes more.
    pub(super) async fn tell_of_vote(&self, approver: &dyn Approver, card: &Card) {
        let update = approver.update(card, &Phase::Pending);
        if !matches!(tokio::time::timeout(CHANNEL_TIMEOUT, update).await, Ok(Ok(()))) {
            tracing::warn!(request = %card.id(), channel = approver.channel(), "a card does not show the last vote");
        }
    }

    /// Has a channel decide what was pressed under a card and nothing has come of yet.
    pub(super) async fn have_catch_up(self: &Arc<Self>, approver: &dyn Approver, card: &Card) {
        let desk = Desk::new(Arc::clone(self));
        let catching_up = tokio::time::timeout(CHANNEL_TIMEOUT, approver.catch_up(card, &desk));
        if !matches!(catching_up.await, Ok(Ok(()))) {
            tracing::warn!(request = %card.id(), channel = approver.channel(), "buttons were pressed, and nothing has come of that yet");
        }
    }

    /// Returns the end that it was told.
    async fn keep_told(
        &self,
        approver: &dyn Approver,
        card: &Card,
        mut phase: Phase,
    ) -> Option<Phase> {
        let id = card.id();
        loop {
            let update = tokio::time::timeout(CHANNEL_TIMEOUT, approver.update(card, &phase)).await;
            let too_long = |_elapsed| Err(ApproverError::later(AFTER_SILENCE, "it took too long"));
            let told = update.unwrap_or_else(too_long);
            if let Err(error) = &told {
                let (channel, why) = (approver.channel(), chain(error));
                tracing::warn!(request = %id, channel, why, "a card could not be updated");
            }
            // Meanwhile more may have happened, which is all there is to tell then.
            let loaded = match told.err().and_then(|error| error.again_after()) {
                Some(pause) => {
                    tokio::time::sleep(pause.max(POLL)).await;
                    insist(id, || async { Ok(self.load(id).await?) }).await
                }
                None if matches!(phase, Phase::Ended(_)) => return Some(phase),
                None => insist(id, || self.decided(id, phase.clone())).await,
            };
            match loaded {
                Ok(loaded) => phase = loaded.state.phase().clone(),
                Err(error) => {
                    tracing::error!(request = %id, error = &error as &dyn std::error::Error, "a card is left as it is");
                    return None;
                }
            }
        }
    }
}

/// Moves people in every channel at once.
pub(super) async fn tell_all(approvers: &[Arc<dyn Approver>], card: &Card, nudge: &Nudge) {
    let mut telling = JoinSet::new();
    for approver in approvers {
        let (approver, card, nudge) = (Arc::clone(approver), card.clone(), nudge.clone());
        telling.spawn(async move {
            let told = tokio::time::timeout(CHANNEL_TIMEOUT, approver.nudge(&card, &nudge)).await;
            (approver, matches!(told, Ok(Ok(()))))
        });
    }
    while let Some(told) = telling.join_next().await {
        if let Ok((approver, false)) = told {
            tracing::warn!(request = %card.id(), channel = approver.channel(), "people could not be reminded");
        }
    }
}
