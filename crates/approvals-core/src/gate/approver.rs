//! A channel that puts requests before people.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::caught::caught;
use super::desk::Desk;
use crate::policy::assurance::Assurance;
use crate::record::nudge::Nudge;
use crate::record::state::Phase;
use crate::review::card::Card;

/// How long a channel may take to show or update a card.
pub(super) const CHANNEL_TIMEOUT: Duration = Duration::from_secs(30);

/// When a channel is asked again that has not answered.
pub(super) const AFTER_SILENCE: Duration = Duration::from_secs(60);

/// Puts requests before people: Slack, Teams, a queue, a terminal, a test.
///
/// Duties: show the whole card or none of it, what the caller writes freely last, and nothing in it raw that
/// moves a cursor, turns text around or cannot be seen; hand every answer to the desk once, about the card that
/// it was given to, with the identity that the channel itself has authenticated and the reason as it was
/// written; never decide anything itself. A card that does not fit whole is shown without a way to approve it.
///
/// Contract of [`present`](Self::present): it returns once the card is before people, not when they have
/// decided. It may be called again for the same request after a crash: show it once more or recognise it.
/// An error means that nobody will see it here; other channels are tried, also those that the policy adds then, and
/// if none can, the request is closed. If the error says when to try again ([`ApproverError::later`]), it is tried again for as long as the request
/// is open. It runs on a task of its own; dropping it leaves open whether the card was shown, and the card can be
/// presented again. Cards that wait at the same time do not disturb each other.
///
/// Contract of [`open`](Self::open): it is called once for each gate that is built with this channel, before anything
/// is presented. A channel that hears of answers by itself begins to listen then.
///
/// Contract of [`update`](Self::update) and [`nudge`](Self::nudge): `update` is called at least once when a
/// presented request has been decided or has ended, and while it still waits when somebody has voted; failing only leaves an old card, on which an answer is
/// refused, and is tried again if the error says when. Both may come more than once, after the end, and about a card that this process has never presented:
/// they may fail then, and do not panic.
///
/// `approvals_testkit::conformance::approver` has a check for each of these.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Approver, ApproverError, Ballot, Card, ChannelIdentity, Desk, Phase, Presented};
/// use async_trait::async_trait;
///
/// /// The night shift has one rule: nothing before six.
/// #[derive(Debug)]
/// struct NothingAtNight(ChannelIdentity);
///
/// #[async_trait]
/// impl Approver for NothingAtNight {
///     fn channel(&self) -> &str {
///         self.0.channel()
///     }
///     async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
///         let no = Ballot::reject(card, "not at night").map_err(ApproverError::new)?;
///         let (desk, identity) = (desk.clone(), self.0.clone());
///         tokio::spawn(async move { desk.decide(&identity, no).await });
///         Ok(Presented::new())
///     }
///     async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
///         println!("{}: {phase:?}", card.id());
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Approver: fmt::Debug + Send + Sync {
    /// The channel's name, such as `slack`.
    fn channel(&self) -> &str;

    /// Begins to listen for answers to whatever is in the ledger of this gate, if the channel does that by itself. An
    /// error keeps the gate from being built.
    ///
    /// Who keeps the desk keeps the gate: keep a [`WeakDesk`](crate::WeakDesk).
    async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
        let _unused = desk;
        Ok(())
    }

    /// Puts a card before people.
    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError>;

    /// Puts cards before people that belong together, in one piece if the channel can; each is decided by itself. The
    /// answer has one result for each card, in their order. Unless implemented, each is presented by itself, and one that
    /// cannot be keeps nobody from the others.
    async fn present_batch(
        &self,
        cards: &[Card],
        desk: &Desk,
    ) -> Vec<Result<Presented, ApproverError>> {
        let present = |card| async move {
            let presenting = || tokio::time::timeout(CHANNEL_TIMEOUT, self.present(card, desk));
            match caught(presenting).await {
                Ok(Ok(shown)) => shown,
                Ok(Err(elapsed)) => Err(ApproverError::later(AFTER_SILENCE, elapsed)),
                Err(_panic) => Err(ApproverError::new("it panicked")),
            }
        };
        join_all(cards.iter().map(present)).await
    }

    /// Reminds people of a card, or tells others that they may decide it as well. Does nothing unless
    /// implemented; failing is reported and changes nothing.
    async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        let _unused = (card, nudge);
        Ok(())
    }

    /// Decides what was pressed under a card ([`Outbox::open_presses`](crate::Outbox::open_presses)) and nothing has come of
    /// yet, unless this process is about to: whoever has taken it may be gone. Called again and again as long as there is
    /// such. Does nothing unless implemented; failing is reported and changes nothing.
    async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        let _unused = (card, desk);
        Ok(())
    }

    /// How sure one can be of who answers in this channel.
    fn assurance(&self) -> Assurance {
        Assurance::ChannelAttested
    }

    /// Says on the card what became of the request. Does nothing unless implemented.
    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        let _unused = (card, phase);
        Ok(())
    }
}

/// A card that is before people.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Presented;
///
/// // What a channel returns once its post is there: the log then says which message showed the card.
/// let shown = Presented::as_message("C042/1712345678.000100");
/// assert_ne!(shown, Presented::new());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presented {
    pub(super) message: Option<String>,
}

impl Presented {
    /// In a channel without messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// As this message of the channel.
    #[must_use]
    pub fn as_message(message: impl Into<String>) -> Self {
        Self { message: Some(message.into()) }
    }
}

/// A channel that could not present or update a card.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::ApproverError;
/// use std::error::Error;
///
/// let error = ApproverError::new("the webhook answered 503");
/// assert_eq!(error.to_string(), "the channel could not show the card");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the webhook answered 503"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the channel could not show the card")]
pub struct ApproverError {
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
    again_after: Option<Duration>,
}

impl ApproverError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: cause.into(), again_after: None }
    }

    /// An error that may be gone after a while: the channel is to be asked again then.
    pub fn later(
        after: Duration,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { cause: cause.into(), again_after: Some(after) }
    }

    /// What went wrong, in the words of the channel.
    pub(super) fn cause(&self) -> &dyn fmt::Display {
        &self.cause
    }

    /// After what time the channel is to be asked again, if that may help.
    #[must_use]
    pub fn again_after(&self) -> Option<Duration> {
        self.again_after
    }
}
