//! Puts cards before people, on every channel at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::approver::{Approver, CHANNEL_TIMEOUT, Presented};
use super::audience::{Audience, Tried, Unshown, present_alone};
use super::builder::Core;
use super::caught::caught;
use super::desk::Desk;
use crate::record::event::What;
use crate::record::reach::{Reach, noted};
use crate::record::state::{Phase, State};
use crate::record::transition::Command;
use crate::review::card::Card;
use crate::review::request::Request;

/// How long a channel may take to show several cards: longer than for each of them, so that what it has to say of the
/// others is heard.
const BATCH_TIMEOUT: Duration = CHANNEL_TIMEOUT.saturating_add(Duration::from_secs(1));

impl Core {
    /// Puts cards that belong together before people, on every channel where they belong by now, and tells for each who
    /// shows it.
    pub(super) async fn present(
        self: &Arc<Self>,
        cards: impl Iterator<Item = (&Card, &Reach)>,
    ) -> Vec<Audience> {
        let cards: Vec<(&Card, &Reach)> = cards.collect();
        let mut audiences: Vec<Audience> = cards.iter().map(|_card| Audience::default()).collect();
        for (audience, (card, reach)) in audiences.iter_mut().zip(&cards) {
            audience.ask(self.approvers.iter().filter(|one| shows(one.channel(), card, reach)));
        }
        let mut presenting = JoinSet::new();
        for approver in &self.approvers {
            let places: Vec<(usize, Card)> = cards
                .iter()
                .enumerate()
                .filter(|(_, (card, reach))| shows(approver.channel(), card, reach))
                .map(|(at, (card, _))| (at, (*card).clone()))
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
                if let Some(audience) = audiences.get_mut(at) {
                    let tried = Tried { approver: Arc::clone(&approver), shown };
                    self.note_presented(&card, audience, tried).await;
                }
            }
        }
        audiences
    }

    /// Has the channels show a card in which it belongs by now, and which have not been asked to.
    pub(super) fn widen(self: &Arc<Self>, card: &Card, reach: &Reach, audience: &mut Audience) {
        let desk = Desk::new(Arc::clone(self));
        let here = self.approvers.iter().filter(|one| shows(one.channel(), card, reach));
        for approver in audience.ask(here) {
            audience.try_with(approver, card, &desk);
        }
    }

    /// Whether a channel of this gate is still to be added.
    pub(super) fn may_widen(&self, state: &State) -> bool {
        let obligations = state.request().and_then(Request::obligations).into_iter().flatten();
        let mut to_come = obligations.flat_map(|one| state.reach().to_come(one));
        *state.phase() == Phase::Pending && to_come.any(|step| self.has_channel(&step.add_channel))
    }

    pub(super) fn has_channel(&self, name: &str) -> bool {
        self.approvers.iter().any(|approver| approver.channel() == name)
    }

    /// Records what became of a card in a channel. What cannot be noted is before people all the same.
    pub(super) async fn note_presented(
        self: &Arc<Self>,
        card: &Card,
        audience: &mut Audience,
        tried: Tried,
    ) {
        let channel = noted(tried.approver.channel());
        let desk = Desk::new(Arc::clone(self));
        let what = match (audience.take(card, &desk, tried), card.digest()) {
            (None, _) => return,
            (Some(Ok(message)), Ok(card)) => What::Presented { channel, card, message },
            (Some(Ok(_)), Err(error)) => {
                tracing::warn!(request = %card.id(), %error, "a presentation was not recorded");
                return;
            }
            (Some(Err(error)), _) => {
                tracing::warn!(request = %card.id(), channel, error, "a channel could not show a card");
                What::Undelivered { channel, error: error.chars().take(500).collect() }
            }
        };
        if let Err(error) = self.if_open(card.id(), Command::Note(what)).await {
            tracing::warn!(request = %card.id(), error = &error as &dyn std::error::Error, "a presentation was not recorded");
        }
    }
}

/// Has one channel present what belongs there: for each card its message, or why it is not shown.
async fn present_on(
    approver: &dyn Approver,
    places: &[(usize, Card)],
    desk: &Desk,
) -> Vec<Result<Option<String>, Unshown>> {
    let cards: Vec<Card> = places.iter().map(|(_, card)| card.clone()).collect();
    match cards.as_slice() {
        [] => return Vec::new(),
        [alone] => return vec![present_alone(approver, alone, desk).await],
        _together => {}
    }
    let presenting = || tokio::time::timeout(BATCH_TIMEOUT, approver.present_batch(&cards, desk));
    let mut presented = caught(presenting).await.map(|in_time| in_time.map(Vec::into_iter));
    let next = |_card| match presented.as_mut().map(|in_time| in_time.as_mut().map(Iterator::next))
    {
        Ok(Ok(Some(Ok(Presented { message })))) => Ok(message),
        Ok(Ok(Some(Err(error)))) => Err(error.into()),
        Ok(Ok(None)) => Err(Unshown::never("it said nothing of this card")),
        Ok(Err(_elapsed)) => Err(Unshown::for_now("it took too long")),
        Err(_panic) => Err(Unshown::never("it panicked")),
    };
    cards.iter().map(next).collect()
}

/// Whether a card belongs in a channel by now: everywhere, unless all its obligations name channels; and whatever
/// breaks the glass is seen everywhere.
fn shows(channel: &str, card: &Card, reach: &Reach) -> bool {
    let request = card.request();
    let mut obligations = request.obligations().into_iter().flatten();
    request.ruling.break_glass.is_some() || obligations.any(|one| reach.belongs(one, channel))
}
