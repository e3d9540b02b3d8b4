//! What becomes of a click: it is kept, whoever clicked is looked up, and the desk decides.

use std::time::Duration;

use approvals_core::{
    ApproverError, Ballot, Card, ChannelIdentity, Desk, DeskError, Digest, Phase, Press,
    PressError, Pressed, Refusal, RequestId, Taken,
};
use tokio::time::{Instant, sleep};

use crate::backoff::Backoff;
use crate::chat::Chat;
use crate::fault::Fault;
use crate::insist::{Passing, insist};
use crate::problem::Problem;
use crate::service::{Admission, Service, View};

/// How long a fresh look at who somebody is may take.
const LOOK_UP: Duration = Duration::from_secs(5);

/// For how long nobody is told that their click is kept.
const SILENCE: Duration = Duration::from_secs(3);

/// Somebody who has clicked. [The page of this crate](crate) has an example.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is what there is to know of them")]
pub struct Clicker<H> {
    /// Who it is, as the service has said it.
    pub identity: ChannelIdentity,
    /// Where the message is.
    pub place: String,
    /// What the service gave along with the click, unless that was in a process that may be gone.
    pub hint: Option<H>,
}

/// A click that is to be decided.
#[derive(Debug)]
struct Click<H> {
    /// Whose it is. What the service gave along with one that is in the ledger is kept for whoever decides it.
    clicker: Clicker<H>,
    ballot: Ballot,
    /// What the press is called by in the ledger, if it is there.
    press: Option<Digest>,
}

/// Why nothing comes of a click.
#[derive(Debug, thiserror::Error)]
enum Unheard {
    #[error("it could not be looked up who you are now")]
    NotLookedUp(#[source] Fault),
    #[error("{0}")]
    Outside(String),
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl Unheard {
    /// Whether something may come of it yet.
    fn is_passing(&self) -> bool {
        match self {
            Self::NotLookedUp(fault) => fault.passes_after().is_some() || fault.is_barred(),
            Self::Desk(DeskError::Unavailable(_)) => true,
            Self::Outside(_) | Self::Desk(_) => false,
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

impl<S: Service> Chat<S> {
    /// Takes a click that is verified: when this returns, it is durable, or nothing was to be kept. What becomes of it
    /// follows, and whoever clicked is told if nothing does.
    ///
    /// # Errors
    /// It could not be kept. The same click can be told again.
    pub async fn take(&self, pressed: &Pressed<'_>, hint: Option<S::Hint>) -> Result<(), Problem> {
        let desk = self.desk()?;
        let Pressed { identity, place, .. } = pressed;
        // Whoever hears of the press from the ledger may be sooner than this is.
        let hinted = self.expect(pressed.id, hint.clone());
        let taken = self.outbox(&desk).press(pressed).await;
        let clicker = Clicker { identity: identity.clone(), place: (*place).to_owned(), hint };
        match taken {
            Ok(Taken::Before) => {}
            Ok(Taken::Now(kept, ballot)) => {
                hinted.keep_for(kept.id);
                let clicker = Clicker { identity: kept.identity, place: kept.place, hint: None };
                self.settle_later(&desk, Click { clicker, ballot, press: Some(kept.id) });
            }
            Ok(Taken::Late(ballot)) if self.is_first_after_the_end(identity, &ballot) => {
                self.settle_later(&desk, Click { clicker, ballot, press: None });
            }
            Ok(Taken::Late(_again)) => self.refuse(clicker, "it is over".to_owned()),
            Err(error @ (PressError::Forged | PressError::LongReason | PressError::TooMany)) => {
                self.refuse(clicker, error.to_string());
            }
            // Another gate of this app may know it: it may be told again, there.
            Err(PressError::Unknown) => return Err(Problem::UnknownRequest),
            Err(PressError::Unavailable(cause)) => return Err(Problem::Ledger(cause)),
        }
        Ok(())
    }

    /// Decides what was pressed in a process that may be gone: what
    /// [`Approver::catch_up`](approvals_core::Approver::catch_up) does.
    pub async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        let open = self.outbox(desk).open_presses(card.id()).await.map_err(Problem::from)?;
        for (Press { identity, place, id, .. }, ballot) in open {
            let clicker = Clicker { identity, place, hint: None };
            self.settle_later(desk, Click { clicker, ballot, press: Some(id) });
        }
        Ok(())
    }

    /// Says something to whoever has clicked, once: it is no harm if they do not hear it.
    pub(crate) async fn whisper(&self, clicker: &Clicker<S::Hint>, view: View<'_>) {
        let told = match self.service().content(view).await {
            Ok(content) => self.service().tell(clicker, &content).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = told {
            let identity = &clicker.identity;
            tracing::warn!(%identity, error = &fault as &dyn std::error::Error, "somebody could not be told what became of their click");
        }
    }

    /// Tells whoever clicked, beside, that nothing comes of it.
    fn refuse(&self, clicker: Clicker<S::Hint>, why: String) {
        let chat = self.clone();
        tokio::spawn(async move { chat.whisper(&clicker, View::NotCounted(&why)).await });
    }

    /// Decides what was clicked, unless this process is doing so. What is in the ledger is tried until something has
    /// come of it; the gate is not kept for that.
    fn settle_later(&self, desk: &Desk, click: Click<S::Hint>) {
        let deciding = match click.press.map(|press| self.begin(press)) {
            Some(None) => return,
            Some(deciding) => deciding,
            None => None,
        };
        let (chat, desk) = (self.clone(), desk.downgrade());
        tokio::spawn(async move {
            let _until_done = deciding;
            let (begun, mut pauses, mut is_told) = (Instant::now(), again(), false);
            while let Some(desk) = desk.upgrade() {
                if chat.settle(&desk, &click).await {
                    break;
                }
                if !is_told && begun.elapsed() >= SILENCE {
                    is_told = true;
                    chat.whisper(&chat.clicker(&click), View::Kept).await;
                }
                drop(desk);
                sleep(pauses.wait()).await;
            }
        });
    }

    /// Decides what was clicked, and tells whoever has to know. Whether that is done.
    async fn settle(&self, desk: &Desk, click: &Click<S::Hint>) -> bool {
        let request = click.ballot.request;
        match self.decide(desk, click).await {
            Ok(()) => self.service().counted(&self.clicker(click), &click.ballot).await,
            Err(unheard) => {
                let identity = &click.clicker.identity;
                tracing::info!(%request, %identity, error = &unheard as &dyn std::error::Error, "a click does not count");
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
        click: &Click<S::Hint>,
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
        self.whisper(&self.clicker(click), View::NotCounted(&why)).await;
        Ok(())
    }

    /// Who has clicked, with what the service gave along.
    fn clicker(&self, click: &Click<S::Hint>) -> Clicker<S::Hint> {
        let hint = click.press.and_then(|press| self.hint_of(press));
        Clicker { hint: hint.or_else(|| click.clicker.hint.clone()), ..click.clicker.clone() }
    }

    /// Hands the decision in, of somebody who was just looked up.
    async fn decide(&self, desk: &Desk, click: &Click<S::Hint>) -> Result<(), Unheard> {
        let identity = &click.clicker.identity;
        let admission = insist(LOOK_UP, || self.service().admit(identity)).await;
        match admission.map_err(Unheard::NotLookedUp)? {
            Admission::Admitted => {}
            Admission::Outside(why) => return Err(Unheard::Outside(why)),
        }
        Ok(desk.decide(identity, click.ballot.clone()).await.map(drop)?)
    }
}

/// The pauses before something is tried again: short enough that an older click is decided before a newer one of somebody else
/// has run.
fn again() -> Backoff {
    Backoff::new(Duration::from_secs(1), Duration::from_secs(10))
}
