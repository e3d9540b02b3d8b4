//! What becomes of a click: whoever clicked is looked up, and the desk decides.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Ballot, ChannelIdentity, Choice, Desk, DeskError, Digest, Phase, Press, Refusal, RequestId,
};
use tokio::time::{Instant, sleep};

use crate::belonging::Outsider;
use crate::clicks::again;
use crate::error::Problem;
use crate::message;
use crate::shared::{Handle, Shared};
use crate::transport::insist;

/// How long a fresh look at who somebody is may take.
const LOOK_UP: Duration = Duration::from_secs(5);

/// For how long nobody is told that their click is kept.
const SILENCE: Duration = Duration::from_secs(3);

/// A click that is to be decided.
#[derive(Debug)]
pub(crate) struct Click {
    identity: ChannelIdentity,
    place: String,
    ballot: Ballot,
    /// What the press is called by in the ledger, if it is there.
    press: Option<Digest>,
    /// Opens a form, for three seconds.
    trigger: Option<String>,
}

impl Click {
    /// One that is in the ledger.
    pub(crate) fn kept(press: Press, ballot: Ballot, trigger: Option<String>) -> Self {
        let Press { identity, place, id, .. } = press;
        Self { identity, place, ballot, press: Some(id), trigger }
    }

    /// One of which nothing is left to decide.
    pub(crate) fn late(identity: ChannelIdentity, place: String, ballot: Ballot) -> Self {
        Self { identity, place, ballot, press: None, trigger: None }
    }
}

/// Why nothing comes of a click.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error("Slack could not say who you are now")]
    NotLookedUp(#[source] Problem),
    #[error(transparent)]
    Outsider(#[from] Outsider),
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl Unheard {
    /// Whether something may come of it yet.
    fn is_passing(&self) -> bool {
        match self {
            Self::NotLookedUp(problem) => problem.is_passing() || problem.is_barred(),
            Self::Desk(DeskError::Unavailable(_)) => true,
            Self::Outsider(_) | Self::Desk(_) => false,
        }
    }

    /// Whether it comes from a card that is not up to date.
    fn is_too_late(&self) -> bool {
        matches!(self, Self::Desk(DeskError::Refused(Refusal::Over | Refusal::TooLate)))
    }
}

/// Whether a request has ended: nothing can come of a click any more.
async fn is_over(desk: &Desk, request: RequestId) -> bool {
    let state = desk.state_of(request).await;
    matches!(state, Ok(Some((_, state))) if matches!(state.phase(), Phase::Ended(_)))
}

impl Shared {
    /// Decides what was clicked, unless this process is doing so. What is in the ledger is tried until something has
    /// come of it; the gate is not kept for that.
    pub(crate) fn settle_later(self: &Handle, desk: &Desk, click: Click) {
        let deciding = match click.press.map(|press| self.begin(press)) {
            Some(None) => return,
            Some(deciding) => deciding,
            None => None,
        };
        let (shared, desk) = (Arc::clone(self), desk.downgrade());
        tokio::spawn(async move {
            let _until_done = deciding;
            let (begun, mut pauses, mut is_told) = (Instant::now(), again(), false);
            while let Some(desk) = desk.upgrade() {
                if shared.settle(&desk, &click).await {
                    break;
                }
                if !is_told && begun.elapsed() >= SILENCE {
                    is_told = true;
                    shared.whisper(&click.identity, &click.place, &message::kept()).await;
                }
                drop(desk);
                sleep(pauses.wait()).await;
            }
        });
    }

    /// Decides what was pressed in a process that may be gone.
    pub(crate) async fn resume(
        self: &Handle,
        desk: &Desk,
        request: RequestId,
    ) -> Result<(), Problem> {
        for (press, ballot) in self.outbox(desk).open_presses(request).await? {
            self.settle_later(desk, Click::kept(press, ballot, None));
        }
        Ok(())
    }

    /// Decides what was clicked, and tells whoever has to know. Whether that is done.
    async fn settle(self: &Handle, desk: &Desk, click: &Click) -> bool {
        let request = click.ballot.request;
        match self.decide(desk, click).await {
            Ok(()) => {
                if let (Choice::Reject, Some(trigger)) = (click.ballot.choice, &click.trigger) {
                    self.ask_why(request, trigger).await;
                }
            }
            Err(unheard) => {
                tracing::info!(%request, identity = %click.identity, error = &unheard as &dyn std::error::Error, "a click does not count");
                if click.press.is_some() && unheard.is_passing() && !is_over(desk, request).await {
                    return false;
                }
                if let Err(error) = self.refuse_for_good(desk, click, &unheard).await {
                    tracing::warn!(%request, error = &error as &dyn std::error::Error, "a click is left open");
                    return false;
                }
                // Of a click that does not count, nothing is to be shown.
                if !unheard.is_too_late() {
                    return true;
                }
            }
        }
        if let Err(problem) = self.refresh(desk, request).await {
            tracing::warn!(%request, error = &problem as &dyn std::error::Error, "a card is not up to date");
        }
        true
    }

    /// Nothing comes of a click, which whoever clicked is told, unless something has come of it in another process.
    async fn refuse_for_good(
        &self,
        desk: &Desk,
        click: &Click,
        unheard: &Unheard,
    ) -> Result<(), DeskError> {
        let why = unheard.to_string();
        if let Some(press) = click.press {
            let is_news = self.outbox(desk).dismiss(click.ballot.request, press, &why).await?;
            // Whoever hears that it is too late is the one who has just had it noted as that.
            if !is_news && !unheard.is_too_late() {
                return Ok(());
            }
        }
        let told = message::private(message::NOT_COUNTED, &why);
        self.whisper(&click.identity, &click.place, &told).await;
        Ok(())
    }

    /// Hands the decision in, of somebody who was just looked up.
    async fn decide(&self, desk: &Desk, click: &Click) -> Result<(), Unheard> {
        let belonging = self.belonging().await.map_err(Unheard::NotLookedUp)?;
        let user = belonging.user(&click.identity).ok_or(Outsider::Foreign)?;
        let member = insist(LOOK_UP, || self.web.member(&user)).await;
        belonging.admits(&member.map_err(|error| Unheard::NotLookedUp(error.into()))?)?;
        Ok(desk.decide(&click.identity, click.ballot.clone()).await.map(drop)?)
    }

    /// Asks whoever has rejected for the reason. They may leave it.
    async fn ask_why(&self, request: RequestId, trigger: &str) {
        if let Err(error) = self.web.open_view(trigger, &message::reason_modal(request)).await {
            tracing::info!(%request, error = &error as &dyn std::error::Error, "nobody was asked why they reject");
        }
    }
}
