//! Looks after one request that people decide: puts it before them, ends it when its time is over, and
//! tells every channel what became of it. Runs beside the caller, who may come and go.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};

use super::approver::Approver;
use super::audience::Audience;
use super::builder::Core;
use super::denied::Denied;
use super::insist::insist;
use super::journal::{Loaded, StepError};
use super::look::Look;
use super::metrics::Pending;
use super::tell::{Told, tell_all};
use crate::action::id::RequestId;
use crate::policy::obligations::Obligations;
use crate::record::event::{Cause, What};
use crate::record::ledger::LedgerError;
use crate::record::reach::{Reach, noted};
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal};
use crate::review::card::Card;

/// A request that this process looks after, until this is dropped.
/// How long what by time alone becomes so may go unnoticed where clocks are moved; and after how many such looks the log is
/// read again, should no bell have rung.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const LOOKS_WITHOUT_READING: usize = 12;

struct Attending {
    core: Arc<Core>,
    id: RequestId,
}

impl Attending {
    fn begin(core: &Arc<Core>, id: RequestId) -> Option<Self> {
        core.attended.begin(id).then(|| Self { core: Arc::clone(core), id })
    }
}

impl Drop for Attending {
    fn drop(&mut self) {
        self.core.attended.end(self.id);
    }
}

impl Core {
    /// Starts looking after pending requests that belong together, unless this process does so already.
    ///
    /// Another process may have shown their cards; if that one is gone, so may the cards be.
    pub(super) fn attend(self: &Arc<Self>, requests: Vec<RequestId>) {
        let attending: Vec<Attending> =
            requests.into_iter().filter_map(|id| Attending::begin(self, id)).collect();
        if attending.is_empty() {
            return;
        }
        let core = Arc::clone(self);
        tokio::spawn(async move {
            let mut cards = Vec::new();
            for one in attending {
                match insist(one.id, || core.card(one.id)).await {
                    Ok((card, reach)) => cards.push((one, card, reach)),
                    Err(error) => unattended(one.id, &error),
                }
            }
            let audiences =
                Box::pin(core.present(cards.iter().map(|(_, card, reach)| (card, reach)))).await;
            for ((attending, card, _), audience) in cards.into_iter().zip(audiences) {
                let core = Arc::clone(&core);
                tokio::spawn(async move {
                    // Whole: of what is moved in part, the rest is dropped here.
                    let until_done = attending;
                    if let Err(error) = Box::pin(core.attend_to(&card, audience)).await {
                        unattended(until_done.id, &error);
                    }
                });
            }
        });
    }

    async fn card(&self, id: RequestId) -> Result<(Card, Reach), StepError> {
        let loaded = self.load(id).await?;
        let card = loaded.card().ok_or(Refusal::Unknown)?;
        Ok((card, loaded.state.reach().clone()))
    }

    /// Sees a request to its end.
    async fn attend_to(
        self: &Arc<Self>,
        card: &Card,
        mut audience: Audience,
    ) -> Result<(), StepError> {
        if audience.is_nobody() {
            self.close_undelivered(card.id()).await?;
        }
        let pending = Pending::begin();
        let loaded = self.card_decided(card, &mut audience).await?;
        drop(pending);
        let channels = self.who_shows(&loaded, audience.into_shown_by());
        self.keep_all_told(channels, card, loaded.state.phase()).await;
        Ok(())
    }

    /// Waits until people have decided, and tells channels meanwhile who has voted.
    async fn card_decided(
        self: &Arc<Self>,
        card: &Card,
        audience: &mut Audience,
    ) -> Result<Loaded, StepError> {
        let mut told = Told::default();
        let mut telling = JoinSet::new();
        loop {
            let loaded = Box::pin(self.card_news(card, audience, &told)).await?;
            if *loaded.state.phase() != Phase::Pending {
                return Ok(loaded);
            }
            while telling.try_join_next().is_some() {}
            if told.votes_are_news(&loaded.state) {
                for approver in audience.shown_by().iter().cloned() {
                    let (core, card) = (Arc::clone(self), card.clone());
                    telling.spawn(async move { core.tell_of_vote(&*approver, &card).await });
                }
            }
            if told.presses_are_news(&loaded.state) {
                for approver in self.approvers.iter().cloned() {
                    let (core, card) = (Arc::clone(self), card.clone());
                    telling.spawn(async move { core.have_catch_up(&*approver, &card).await });
                }
            }
        }
    }

    /// Waits until there is something that channels have not been told; moves people meanwhile who have not decided when it
    /// is time, and lets channels try again that could not show the card.
    async fn card_news(
        self: &Arc<Self>,
        card: &Card,
        audience: &mut Audience,
        told: &Told,
    ) -> Result<Loaded, StepError> {
        let id = card.id();
        // A task of its own: a ledger may take longer than what is done meanwhile, and a place in its queue that is not
        // polled keeps everybody out, us as well.
        let mut news = JoinSet::new();
        let (core, told) = (Arc::clone(self), told.clone());
        news.spawn(
            async move { insist(id, || core.until(id, |state| told.is_behind(state))).await },
        );
        // Most cards move nobody, and the ledger is not asked.
        let is_moving = card.request().obligations().is_some_and(Obligations::nudge_people);
        let mut look = Look::soon(self.bells.of(id));
        loop {
            tokio::select! {
                Some(loaded) = news.join_next() => {
                    match loaded.map_err(JoinError::try_into_panic) {
                        Ok(loaded) => return loaded,
                        Err(Ok(panic)) => resume_unwind(panic),
                        // The runtime is shutting down, and this task with it.
                        Err(Err(_cancelled)) => std::future::pending().await,
                    }
                }
                Some(presented) = audience.next() => {
                    self.note_presented(card, audience, presented).await;
                    look.again();
                    if audience.is_nobody() {
                        self.close_undelivered(id).await?;
                    }
                }
                () = look.wait(), if is_moving => {
                    let state = insist(id, || self.nudge(card, audience)).await?;
                    look.until_due(&state, self.now());
                    self.widen(card, state.reach(), audience);
                    if audience.is_nobody() {
                        self.close_undelivered(id).await?;
                    }
                }
            }
        }
    }

    /// The channels that show a card, also those of which only the ledger knows that they did.
    fn who_shows(
        &self,
        loaded: &Loaded,
        mut shown_by: Vec<Arc<dyn Approver>>,
    ) -> Vec<Arc<dyn Approver>> {
        for approver in &self.approvers {
            let is_known = shown_by.iter().any(|known| Arc::ptr_eq(known, approver));
            let name = approver.channel();
            let has_posts = || loaded.state.posts().iter().any(|post| post.channel() == name);
            if !is_known && has_posts() {
                shown_by.push(Arc::clone(approver));
            }
        }
        shown_by
    }

    /// Tells channels what becomes of a request that another process looked after, or none. Whether nobody does so yet.
    pub(super) fn finish(self: &Arc<Self>, id: RequestId) -> bool {
        let Some(attending) = Attending::begin(self, id) else { return false };
        let core = Arc::clone(self);
        tokio::spawn(async move {
            let until_done = attending;
            let loaded = insist(until_done.id, || async { Ok(core.load(until_done.id).await?) });
            let loaded = match loaded.await {
                Ok(loaded) => loaded,
                Err(error) => return unattended(until_done.id, &error),
            };
            let Some(card) = loaded.card() else { return };
            let channels = core.who_shows(&loaded, Vec::new());
            core.keep_all_told(channels, &card, loaded.state.phase()).await;
        });
        true
    }

    /// Gives the reminders and escalations that are due, each one once over all processes. Returns how the request stands
    /// then, if it has such.
    async fn nudge(&self, card: &Card, audience: &Audience) -> Result<State, StepError> {
        let due = |state: &State, now| state.next_nudge().filter(|(due, _)| now >= *due);
        loop {
            let loaded = self.load(card.id()).await?;
            let step = match due(&loaded.state, self.now()) {
                Some((_, nudge)) => Command::Nudge(nudge),
                None => match self.unnoted(&loaded.state, audience) {
                    Some(failure) => Command::Note(failure),
                    None => return Ok(loaded.state),
                },
            };
            match self.step(card.id(), &loaded, vec![step.clone()]).await {
                Ok(_noted) => {
                    if let Command::Nudge(nudge) = &step {
                        tell_all(audience.shown_by(), card, nudge).await;
                    }
                }
                Err(StepError::Ledger(LedgerError::Conflict) | StepError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// That a channel cannot show the card on which it depends whether another one does: since this gate has no such
    /// channel, or since the ledger was away when it was to be noted.
    fn unnoted(&self, state: &State, audience: &Audience) -> Option<What> {
        let obligations = state.request()?.obligations()?;
        let mut silent =
            state.reach().unheard_of(obligations).filter(|_| *state.phase() == Phase::Pending);
        let channel = silent.find(|name| !self.has_channel(name) || audience.has_failed(name))?;
        let is_here = self.has_channel(channel);
        let error = if is_here { "it could not show the card" } else { "it is no channel here" };
        Some(What::Undelivered { channel: noted(channel), error: error.to_owned() })
    }

    /// Ends a request that people cannot see, nor will in another channel, also not where another process has shown it.
    async fn close_undelivered(&self, id: RequestId) -> Result<(), StepError> {
        let close = |loaded: &Loaded| {
            let is_unseen =
                loaded.is_open() && !loaded.was_presented() && !self.may_widen(&loaded.state);
            is_unseen.then_some(Command::Close(Cause::Undeliverable))
        };
        insist(id, || self.step_on(id, close)).await.map(drop)
    }

    /// Takes a step unless the request is beyond it by now.
    pub(super) async fn if_open(&self, id: RequestId, command: Command) -> Result<(), StepError> {
        self.step_on(id, |loaded| loaded.is_open().then(|| command.clone())).await.map(drop)
    }

    /// Waits until the request is in another phase than this one, and ends it when its time is over.
    pub(super) async fn decided(&self, id: RequestId, phase: Phase) -> Result<Loaded, StepError> {
        self.until(id, |state| *state.phase() != phase).await
    }

    /// Waits until that is so, and ends the request when its time is over.
    async fn until(
        &self,
        id: RequestId,
        is_so: impl Fn(&State) -> bool,
    ) -> Result<Loaded, StepError> {
        let bell = self.bells.of(id);
        loop {
            let rung = bell.notified();
            let mut rung = std::pin::pin!(rung);
            // Listening begins before looking, so that no decision falls in between.
            rung.as_mut().enable();
            let loaded = self.load(id).await?;
            for _ in 0..LOOKS_WITHOUT_READING {
                if is_so(&loaded.state) {
                    return Ok(loaded);
                }
                if let Some(cause) = loaded.state.overdue(self.now()) {
                    match self.step(id, &loaded, vec![Command::Close(cause)]).await {
                        Ok(_) | Err(StepError::Ledger(LedgerError::Conflict)) => break,
                        Err(error) => return Err(error),
                    }
                }
                tokio::select! {
                    () = rung.as_mut() => break,
                    () = tokio::time::sleep(self.pause(&loaded.state)) => {}
                }
            }
        }
    }

    /// How long nothing can become so by time alone.
    fn pause(&self, state: &State) -> Duration {
        let left = state.due().map(|due| self.now().until(due));
        left.unwrap_or(LOOK_AGAIN).clamp(Duration::from_millis(1), LOOK_AGAIN)
    }
}

fn unattended(request: RequestId, error: &StepError) {
    tracing::error!(%request, error = error as &dyn std::error::Error, "a request is left unattended");
}

/// A refusal on the way of a caller, as what it is told.
impl From<StepError> for Denied {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Ledger(error) => error.into(),
            StepError::Event(error) => Self::Invalid(error.into()),
            StepError::Denied(denied) => denied,
            StepError::Refused(refusal) => match refusal {
                Refusal::PolicyStops(reason) => Self::ByPolicy { reason },
                Refusal::TooLate => Self::Expired,
                Refusal::OtherDigest => Self::Changed,
                Refusal::Stopped(reason) => Self::Stopped { reason },
                Refusal::PolicyAsksMore
                | Refusal::ApproversGone
                | Refusal::Unknown
                | Refusal::Unmapped(_)
                | Refusal::Ineligible(_)
                | Refusal::Twice
                | Refusal::Over
                | Refusal::Fenced
                | Refusal::SetsMoreAside
                | Refusal::StandsNoMore
                | Refusal::NotStarted
                | Refusal::OutcomeKnown
                | Refusal::NoEmergency
                | Refusal::ReviewedAlready
                | Refusal::NoStanding
                | Refusal::RetiredAlready
                | Refusal::NotChallenged
                | Refusal::NotSigned(_)
                | Refusal::NoKey
                | Refusal::NotInvited
                | Refusal::NotGranted => Self::Revoked { reason: refusal.to_string() },
            },
        }
    }
}
