//! Buttons that were pressed under the messages of a channel: taken once, and kept until something has come of them.

use super::ballot::Ballot;
use super::desk::{DeskError, MAX_REASON};
use super::journal::{StepError, TRIES};
use super::metrics;
use super::outbox::{Outbox, short};
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::record::event::What;
use crate::record::ledger::LedgerError;
use crate::review::button::{Button, Use};
use crate::review::card::Card;
use crate::review::decision::Choice;
use crate::review::directory::ChannelIdentity;
use crate::review::press::Press;

/// A button that was pressed, as a channel tells it. [`Outbox`] has an example.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "channels build it whole")]
pub struct Pressed<'a> {
    /// Which button it was.
    pub choice: Choice,
    /// What the press is called by: what names it in the channel, so that it has the same id when it is told again.
    pub id: Digest,
    /// Who pressed it, as the channel has verified.
    pub identity: ChannelIdentity,
    /// The message under which it was pressed.
    pub message: &'a str,
    /// Where that message is.
    pub place: &'a str,
    /// Why, where whoever pressed it has said so at once: at most 4096 bytes.
    pub reason: Option<&'a str>,
    /// What the button carries.
    pub value: &'a str,
}

impl Pressed<'_> {
    /// The request that the button names, which may be a lie until [`Outbox::press`] has taken it.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        self.value.parse().ok().map(|button: Button| button.request())
    }
}

/// What has become of a press. [`Outbox`] has an example.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "each answer takes another step")]
pub enum Taken {
    /// It is in the ledger, and open until its ballot is decided, the same account rejects, or it is dismissed. The ballot
    /// counts as long as it is open. If nothing has come yet of a press of this account, that is the one: of the same
    /// button, since whoever took it may be gone, or of the one that rejects, which no approval takes back.
    Now(Box<Press>, Ballot),
    /// It was told before, and something has come of it: nothing is to be done.
    Before,
    /// It is not in the ledger, since nothing is left to decide: the ballot can only be noted as too late.
    Late(Ballot),
}

/// A press that is none. [`Outbox`] has an example.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "each has its own answer")]
pub enum PressError {
    /// It is no button of ours, or one of another message, card, place or choice, or an earlier one of this message.
    #[error("this button does not belong to this message; look at the request again")]
    Forged,
    /// The reason has more than 4096 bytes.
    #[error("the reason is longer than {MAX_REASON} bytes; shorten it")]
    LongReason,
    /// The request that the button names is in another ledger, or in none.
    #[error("there is no such request here")]
    Unknown,
    /// This account has pressed more buttons of this request than anybody needs.
    #[error("you have pressed these buttons too often")]
    TooMany,
    /// Something that is needed cannot be reached. The press may be told again.
    #[error("it could not be recorded; press the button again")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<LedgerError> for PressError {
    fn from(error: LedgerError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl Outbox {
    /// The presses in this channel of which nothing has come yet, each with the ballot that it means.
    pub async fn open_presses(
        &self,
        request: RequestId,
    ) -> Result<Vec<(Press, Ballot)>, DeskError> {
        let loaded = self.desk.core().load(request).await?;
        let Some(card) = loaded.card() else { return Ok(Vec::new()) };
        let is_here = |press: &&Press| press.identity.channel() == self.channel;
        let open = loaded.state.channels().open().iter().filter(is_here);
        open.map(|press| Ok((press.clone(), ballot(&card, press.choice, press)?))).collect()
    }

    /// Takes a press that the channel has verified: when it returns [`Taken::Now`], it is durable, and may be
    /// acknowledged. Dropping the future leaves open whether it was taken; tell it again.
    pub async fn press(&self, pressed: &Pressed<'_>) -> Result<Taken, PressError> {
        let taken = self.press_now(pressed).await;
        taken.inspect_err(|error| match error {
            PressError::Forged => {
                let identity = &pressed.identity;
                tracing::warn!(%identity, place = pressed.place, message = pressed.message, "a button that does not belong to its message was pressed");
                metrics::refused("forged");
            }
            PressError::LongReason => metrics::refused("long_reason"),
            PressError::Unknown => metrics::refused("unknown"),
            PressError::TooMany => metrics::refused("too_many_presses"),
            PressError::Unavailable(_) => metrics::refused("unavailable"),
        })
    }

    async fn press_now(&self, pressed: &Pressed<'_>) -> Result<Taken, PressError> {
        let button: Button = pressed.value.parse().map_err(|_none| PressError::Forged)?;
        let Pressed { choice, id, identity, message, place, reason, .. } = pressed;
        if reason.is_some_and(|reason| reason.len() > MAX_REASON) {
            return Err(PressError::LongReason);
        }
        if identity.channel() != self.channel {
            return Err(PressError::Forged);
        }
        let unavailable = |error: DeskError| PressError::Unavailable(error.into());
        for _ in 0..TRIES {
            let loaded = self.desk.core().load(button.request()).await?;
            let card = loaded.card().ok_or(PressError::Unknown)?;
            let digest = card.digest().map_err(|error| PressError::Unavailable(error.into()))?;
            let good_for =
                Use { card: digest, channel: &self.channel, choice: *choice, message, place };
            let seal =
                button.seal(good_for).map_err(|error| PressError::Unavailable(error.into()))?;
            if !loaded.state.channels().has_button(*choice, seal) {
                return Err(PressError::Forged);
            }
            let press = Press {
                card: digest,
                choice: *choice,
                id: *id,
                identity: identity.clone(),
                message: (*message).to_owned(),
                place: (*place).to_owned(),
                reason: reason.map(str::to_owned),
                request: button.request(),
            };
            let ballot = ballot(&card, *choice, &press).map_err(unavailable)?;
            let channels = loaded.state.channels();
            let is_known = channels.knows(*id);
            if !loaded.is_open() && !is_known {
                return Ok(Taken::Late(Ballot { press: None, ..ballot }));
            }
            if let Some(open) = channels.stands_for(&press) {
                let ballot = self::ballot(&card, open.choice, open).map_err(unavailable)?;
                return Ok(Taken::Now(Box::new(open.clone()), ballot));
            }
            if is_known {
                return Ok(Taken::Before);
            }
            if !channels.has_patience_with(identity, *choice) {
                return Err(PressError::TooMany);
            }
            let envelope = self.desk.sign(&press).await.map_err(unavailable)?;
            match self.step(&loaded, What::Pressed { envelope }).await {
                Ok(()) => return Ok(Taken::Now(Box::new(press), ballot)),
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                Err(error) => return Err(unavailable(error.into())),
            }
        }
        Err(LedgerError::Conflict.into())
    }

    /// Nothing came of a press, and this is why. Whether that is news: if something has come of it after all, or
    /// somebody else has said so, this does nothing.
    pub async fn dismiss(
        &self,
        request: RequestId,
        press: Digest,
        why: &str,
    ) -> Result<bool, DeskError> {
        let dismissed = || What::Dismissed { press, reason: short(why) };
        self.note_on(request, |state| state.channels().is_open(press).then(dismissed)).await
    }
}

fn ballot(card: &Card, choice: Choice, press: &Press) -> Result<Ballot, DeskError> {
    let ballot = Ballot::approve(card).map_err(DeskError::unavailable)?;
    let message = format!("{}/{}", press.place, press.message);
    let (press, reason) = (Some(press.id), press.reason.clone());
    Ok(Ballot { choice, reason, press, ..ballot }.to_message(message))
}
