//! Looks after one request that people decide: puts it before them, ends it when its time is over, and
//! tells every channel what became of it. Runs beside the caller, who may come and go.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::approver::{Approver, CHANNEL_TIMEOUT, Presented};
use super::builder::Core;
use super::chain::chain;
use super::denied::Denied;
use super::desk::Desk;
use super::journal::{Loaded, StepError};
use super::metrics::Pending;
use crate::action::id::RequestId;
use crate::policy::obligations::Obligations;
use crate::record::event::{Cause, Nudge, What};
use crate::record::ledger::LedgerError;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal};
use crate::review::card::Card;

/// How long a channel may take to show several cards: longer than for each of them, so that what it has to say of the
/// others is heard.
const BATCH_TIMEOUT: Duration = CHANNEL_TIMEOUT.saturating_add(Duration::from_secs(1));

/// How often others are looked for: decisions made in another process ring no bell here.
const POLL: Duration = Duration::from_millis(250);

/// The longest pause before a ledger that is away is tried again.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A request that this process looks after, until this is dropped.
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
                    Ok(card) => cards.push((one, card)),
                    Err(error) => unattended(one.id, &error),
                }
            }
            let shown_by = Box::pin(core.present(cards.iter().map(|(_, card)| card))).await;
            for ((attending, card), shown_by) in cards.into_iter().zip(shown_by) {
                let core = Arc::clone(&core);
                tokio::spawn(async move {
                    // Whole: of what is moved in part, the rest is dropped here.
                    let until_done = attending;
                    if let Err(error) = Box::pin(core.attend_to(&card, shown_by)).await {
                        unattended(until_done.id, &error);
                    }
                });
            }
        });
    }

    async fn card(&self, id: RequestId) -> Result<Card, StepError> {
        self.load(id).await?.card().ok_or_else(|| Refusal::Unknown.into())
    }

    async fn attend_to(
        self: &Arc<Self>,
        card: &Card,
        shown_by: Vec<Arc<dyn Approver>>,
    ) -> Result<(), StepError> {
        let id = card.id();
        if shown_by.is_empty() {
            insist(id, || self.close_undelivered(id)).await?;
        }
        let pending = Pending::begin();
        let loaded = insist(id, || self.decided_with_nudges(card, &shown_by)).await?;
        drop(pending);
        tell(&shown_by, card, loaded.state.phase()).await;
        if *loaded.state.phase() == Phase::Granted {
            // A grant can still be revoked or expire; the card should say so.
            let loaded = insist(id, || self.decided(id, Phase::Granted)).await?;
            tell(&shown_by, card, loaded.state.phase()).await;
        }
        Ok(())
    }

    /// Puts cards that belong together before people on every channel at once, and tells for each who has shown it.
    async fn present(
        self: &Arc<Self>,
        cards: impl Iterator<Item = &Card>,
    ) -> Vec<Vec<Arc<dyn Approver>>> {
        let cards: Vec<Card> = cards.cloned().collect();
        let mut shown_by = vec![Vec::new(); cards.len()];
        let mut presenting = JoinSet::new();
        for approver in &self.approvers {
            let places: Vec<(usize, Card)> = cards
                .iter()
                .cloned()
                .enumerate()
                .filter(|(_, card)| shows(approver.channel(), card))
                .collect();
            let (approver, desk) = (Arc::clone(approver), Desk::new(Arc::clone(self)));
            presenting.spawn(async move {
                let shown = present_on(&*approver, &places, &desk).await;
                (approver, places, shown)
            });
        }
        while let Some(presented) = presenting.join_next().await {
            // A channel that panics is one that could not show the cards.
            let Ok((approver, places, shown)) = presented else { continue };
            for ((at, card), shown) in places.into_iter().zip(shown) {
                if shown.is_ok()
                    && let Some(channels) = shown_by.get_mut(at)
                {
                    channels.push(Arc::clone(&approver));
                }
                self.note_presented(approver.channel(), &card, shown).await;
            }
        }
        shown_by
    }

    /// Records what became of a card in a channel. What cannot be noted is before people all the same.
    async fn note_presented(
        &self,
        channel: &str,
        card: &Card,
        shown: Result<Option<String>, String>,
    ) {
        let channel: String = channel.chars().take(100).collect();
        let what = match (shown, card.digest()) {
            (Ok(message), Ok(card)) => What::Presented { channel, card, message },
            (Ok(_), Err(error)) => {
                tracing::warn!(request = %card.id(), %error, "a presentation was not recorded");
                return;
            }
            (Err(error), _) => {
                tracing::warn!(request = %card.id(), channel, error, "a channel could not show a card");
                What::Undelivered { channel, error: error.chars().take(500).collect() }
            }
        };
        if let Err(error) = self.if_open(card.id(), Command::Note(what)).await {
            tracing::warn!(request = %card.id(), error = &error as &dyn std::error::Error, "a presentation was not recorded");
        }
    }

    /// Waits until people have decided, and moves those who have not when it is time.
    async fn decided_with_nudges(
        &self,
        card: &Card,
        shown_by: &[Arc<dyn Approver>],
    ) -> Result<Loaded, StepError> {
        let decided = self.decided(card.id(), Phase::Pending);
        let mut decided = std::pin::pin!(decided);
        loop {
            tokio::select! {
                loaded = &mut decided => return loaded,
                () = tokio::time::sleep(POLL) => self.nudge(card, shown_by).await?,
            }
        }
    }

    /// Gives the reminders and escalations that are due, each one once over all processes.
    async fn nudge(&self, card: &Card, shown_by: &[Arc<dyn Approver>]) -> Result<(), StepError> {
        let due = |state: &State, now| state.next_nudge().filter(|(due, _)| now >= *due);
        // Most of the time nothing is due, and the ledger is not asked.
        let obligations = card.request().obligations();
        let is_moving = obligations.is_some_and(Obligations::nudge_people);
        if !is_moving {
            return Ok(());
        }
        loop {
            let loaded = self.load(card.id()).await?;
            let Some((_, nudge)) = due(&loaded.state, self.now()) else { return Ok(()) };
            match self.step(card.id(), &loaded, vec![Command::Nudge(nudge.clone())]).await {
                Ok(_noted) => tell_all(shown_by, card, &nudge).await,
                Err(StepError::Ledger(LedgerError::Conflict) | StepError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends a request that people cannot see, also not where another process has shown it.
    async fn close_undelivered(&self, id: RequestId) -> Result<(), StepError> {
        let close = |loaded: &Loaded| {
            let is_unseen = loaded.is_open() && !loaded.was_presented();
            is_unseen.then_some(Command::Close(Cause::Undeliverable))
        };
        self.step_on(id, close).await.map(drop)
    }

    /// Takes a step unless the request is beyond it by now.
    async fn if_open(&self, id: RequestId, command: Command) -> Result<(), StepError> {
        self.step_on(id, |loaded| loaded.is_open().then(|| command.clone())).await.map(drop)
    }

    /// Waits until a request has left `phase`. Whoever notices that its time is over ends it.
    ///
    /// Dropping the future stops waiting and changes nothing.
    pub(super) async fn decided(&self, id: RequestId, phase: Phase) -> Result<Loaded, StepError> {
        let bell = self.bells.of(id);
        loop {
            let rung = bell.notified();
            let mut rung = std::pin::pin!(rung);
            // Listening begins before looking, so that no decision falls in between.
            rung.as_mut().enable();
            let loaded = self.load(id).await?;
            if *loaded.state.phase() != phase {
                return Ok(loaded);
            }
            if let Some(cause) = loaded.state.overdue(self.now()) {
                match self.step(id, &loaded, vec![Command::Close(cause)]).await {
                    Ok(_) | Err(StepError::Ledger(LedgerError::Conflict)) => continue,
                    Err(error) => return Err(error),
                }
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

/// Tries again as long as the ledger is away: people are to see the request once it is back, and what became of it.
async fn insist<T, F: Future<Output = Result<T, StepError>>>(
    request: RequestId,
    attempt: impl Fn() -> F,
) -> Result<T, StepError> {
    let mut pause = POLL;
    loop {
        match attempt().await {
            Err(StepError::Ledger(
                error @ (LedgerError::Unavailable(_) | LedgerError::Unknown(_)),
            )) => {
                tracing::warn!(%request, error = &error as &dyn std::error::Error, "the ledger is away, so a request waits");
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(MAX_PAUSE);
            }
            done => return done,
        }
    }
}

fn unattended(request: RequestId, error: &StepError) {
    tracing::error!(%request, error = error as &dyn std::error::Error, "a request is left unattended");
}

/// Has one channel present what belongs there: for each card its message, or why it could not be shown.
async fn present_on(
    approver: &dyn Approver,
    places: &[(usize, Card)],
    desk: &Desk,
) -> Vec<Result<Option<String>, String>> {
    let cards: Vec<Card> = places.iter().map(|(_, card)| card.clone()).collect();
    let present = async {
        match cards.as_slice() {
            [] => Vec::new(),
            [alone] => vec![approver.present(alone, desk).await],
            together => approver.present_batch(together, desk).await,
        }
    };
    let time = if cards.len() > 1 { BATCH_TIMEOUT } else { CHANNEL_TIMEOUT };
    let presented = tokio::time::timeout(time, present).await;
    let mut presented = presented.map(Vec::into_iter);
    let next = |_card| match presented.as_mut().map(Iterator::next) {
        Ok(Some(Ok(Presented { message }))) => Ok(message),
        Ok(Some(Err(error))) => Err(chain(&error)),
        Ok(None) => Err("it said nothing of this card".to_owned()),
        Err(_elapsed) => Err("it took too long".to_owned()),
    };
    cards.iter().map(next).collect()
}

/// Whether a card belongs in a channel: everywhere, unless all its obligations name channels; and whatever
/// breaks the glass is seen everywhere.
fn shows(channel: &str, card: &Card) -> bool {
    let request = card.request();
    let mut obligations = request.obligations().into_iter().flatten();
    request.ruling.break_glass.is_some()
        || obligations.any(|one| one.channels.is_empty() || one.channels.contains(channel))
}

/// Moves people in every channel at once.
async fn tell_all(approvers: &[Arc<dyn Approver>], card: &Card, nudge: &Nudge) {
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

/// Tells every channel at once; one that panics or hangs keeps nothing from the others.
async fn tell(approvers: &[Arc<dyn Approver>], card: &Card, phase: &Phase) {
    let mut telling = JoinSet::new();
    for approver in approvers {
        let (approver, card, phase) = (Arc::clone(approver), card.clone(), phase.clone());
        telling.spawn(async move {
            let told = tokio::time::timeout(CHANNEL_TIMEOUT, approver.update(&card, &phase)).await;
            (approver, matches!(told, Ok(Ok(()))))
        });
    }
    while let Some(told) = telling.join_next().await {
        if let Ok((approver, false)) = told {
            tracing::warn!(request = %card.id(), channel = approver.channel(), "a card could not be updated");
        }
    }
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
                | Refusal::NotGranted => Self::Revoked { reason: refusal.to_string() },
            },
        }
    }
}
