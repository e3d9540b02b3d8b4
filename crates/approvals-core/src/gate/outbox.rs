//! What a channel keeps of its messages: which were sent where, and which buttons were pressed under them.
//!
//! All of it is in the ledger, so that another process can go on where one has stopped.

use std::time::Duration;

use zeroize::Zeroizing;

use super::desk::{Desk, DeskError};
use super::journal::{Loaded, Step, StepError, TRIES};
use crate::action::id::RequestId;
use crate::record::event::What;
use crate::record::ledger::LedgerError;
use crate::record::post::{AFTER_DOUBT, ON_ITS_WAY, Post, PostStage};
use crate::record::state::State;
use crate::record::transition::{Command, Refusal};
use crate::review::button::{Button, Use};
use crate::review::card::Card;
use crate::review::decision::Choice;

/// What a channel that shows cards as messages keeps in the ledger.
///
/// A message is posted in two steps, so that no button is ever where nobody knows of it: first without buttons,
/// between [`begin`](Self::begin) and [`sent`](Self::sent); then it is changed into the card with the buttons that
/// `sent` has returned, and [`shown`](Self::shown) says so. A post whose fate is unknown is sent once more, and what may
/// be left behind of it can decide nothing.
///
/// A pressed button is recorded before anybody acts on it ([`press`](Self::press)): what a channel has acknowledged
/// is not forgotten when the process ends, and what it tells twice counts once.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Choice, Digest, Phase, PressError, Pressed, Taken, Turn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("chat", "mira")?);
/// # let gate = Gate::builder().approver(inbox.clone())
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant)
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # gate.submit(DynamicAction::from_json("app.deploy", b"{}")?.key("release-7")?).await?;
/// # let card = inbox.next().await;
/// // In `Approver::present`:
/// let desk = gate.desk();
/// let outbox = desk.outbox("chat");
/// assert_eq!(outbox.begin(card.id(), "room 1").await?, Turn::Post);
/// let message = "message 17"; // … posts "a request comes here", and is told what the message is called
/// let buttons = outbox.sent(&card, "room 1", message).await?;
/// // … changes the message into the card, with these buttons
/// outbox.shown(card.id(), "room 1").await?;
///
/// // When the channel tells, and has verified, that `account` has pressed one:
/// let (choice, id) = (Choice::Approve, Digest::of("press", b"what the channel calls it"));
/// let value = buttons.approve();
/// let pressed = Pressed { choice, id, identity: account.clone(), message, place: "room 1", reason: None, value: &value };
/// let Taken::Now(_press, ballot) = outbox.press(&pressed).await? else { panic!("it is the first") };
/// // … acknowledges it, looks up who that is, and then:
/// assert_eq!(desk.decide(&account, ballot).await?, Phase::Granted);
///
/// // The same button under another message is none.
/// let elsewhere = outbox.press(&Pressed { message: "message 18", ..pressed }).await;
/// assert!(matches!(elsewhere, Err(PressError::Forged)));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Outbox {
    pub(super) desk: Desk,
    pub(super) channel: String,
}

/// What is to be done about a message next. [`Outbox`] has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each answer takes another step")]
pub enum Turn {
    /// It is this caller who posts it now, without buttons, and says what became of that.
    Post,
    /// It is there, but may not show the card yet: change it into that.
    Show {
        /// The channel's name for it.
        message: String,
    },
    /// It is there and shows the card.
    Done {
        /// The channel's name for it.
        message: String,
    },
    /// Somebody else is posting it. Ask again later.
    Wait(Duration),
    /// Its fate was unknown twice, so it is not posted again.
    Spent,
    /// There is nothing to show any more.
    Over,
}

/// The values of the buttons of one message. Cannot be printed. [`Outbox`] has an example.
#[derive(Clone, Debug)]
pub struct Buttons {
    approve: Button,
    reject: Button,
}

impl Buttons {
    /// What the button that approves carries.
    #[must_use]
    pub fn approve(&self) -> Zeroizing<String> {
        self.approve.value()
    }

    /// What the button that rejects carries.
    #[must_use]
    pub fn reject(&self) -> Zeroizing<String> {
        self.reject.value()
    }
}

impl Desk {
    /// What the channel of this name keeps of its messages.
    #[must_use]
    pub fn outbox(&self, channel: &str) -> Outbox {
        Outbox { desk: self.clone(), channel: channel.to_owned() }
    }

    /// Where a request stands, with its card, if there is such a request.
    pub async fn state_of(&self, request: RequestId) -> Result<Option<(Card, State)>, DeskError> {
        let loaded = self.core().load(request).await?;
        Ok(loaded.card().map(|card| (card, loaded.state)))
    }
}

impl Outbox {
    /// What is to be done about the message in this place. If it is to be posted, that is in the ledger when this
    /// returns, and nobody else is told to.
    pub async fn begin(&self, request: RequestId, place: &str) -> Result<Turn, DeskError> {
        for _ in 0..TRIES {
            let loaded = self.desk.core().load(request).await?;
            let turn = self.turn(&loaded, place);
            if turn != Turn::Post {
                return Ok(turn);
            }
            match self.step(&loaded, self.post(place, PostStage::Sending)).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                other => return Ok(other.map(|()| turn)?),
            }
        }
        Err(LedgerError::Conflict.into())
    }

    fn turn(&self, loaded: &Loaded, place: &str) -> Turn {
        if !loaded.is_open() {
            return Turn::Over;
        }
        let now = loaded.state.time(self.desk.core().now());
        let Some(post) = self.find(&loaded.state, place) else { return Turn::Post };
        match (post.stage(), post.message()) {
            _sendable if post.may_be_sent(now) => Turn::Post,
            (PostStage::Sent { .. }, Some(message)) => Turn::Show { message: message.to_owned() },
            (PostStage::Shown, Some(message)) => Turn::Done { message: message.to_owned() },
            (PostStage::Sending, _) if now < post.since().after(ON_ITS_WAY) => {
                Turn::Wait(now.until(post.since().after(ON_ITS_WAY)))
            }
            (PostStage::Unsure { .. }, _) if post.may_be_sent(post.since().after(AFTER_DOUBT)) => {
                Turn::Wait(now.until(post.since().after(AFTER_DOUBT)))
            }
            (PostStage::Closed, _) => Turn::Over,
            _not_again => Turn::Spent,
        }
    }

    /// The message is there, under this name, and may get the buttons that this returns. Called again before a message
    /// that is there is changed into something that has buttons.
    pub async fn sent(
        &self,
        card: &Card,
        place: &str,
        message: &str,
    ) -> Result<Buttons, DeskError> {
        let fresh = || Button::of(card.id()).map_err(DeskError::unavailable);
        let buttons = Buttons { approve: fresh()?, reject: fresh()? };
        let digest = card.digest().map_err(DeskError::unavailable)?;
        let seal = |button: &Button, choice| {
            let good_for = Use { card: digest, channel: &self.channel, choice, message, place };
            button.seal(good_for).map_err(DeskError::unavailable)
        };
        let approve = seal(&buttons.approve, Choice::Approve)?;
        let reject = seal(&buttons.reject, Choice::Reject)?;
        let stage = PostStage::Sent { message: message.to_owned(), approve, reject };
        self.note(card.id(), place, stage).await?;
        Ok(buttons)
    }

    /// The message shows the card.
    pub async fn shown(&self, request: RequestId, place: &str) -> Result<(), DeskError> {
        self.note(request, place, PostStage::Shown).await.map(drop)
    }

    /// The message may be there or not.
    pub async fn unsure(
        &self,
        request: RequestId,
        place: &str,
        why: &str,
    ) -> Result<(), DeskError> {
        self.note(request, place, PostStage::Unsure { error: short(why) }).await.map(drop)
    }

    /// The message is not there, or can be changed no more.
    pub async fn lost(&self, request: RequestId, place: &str, why: &str) -> Result<(), DeskError> {
        self.note(request, place, PostStage::Lost { error: short(why) }).await.map(drop)
    }

    /// The message tells how the request ended, and has no buttons any more. Whether this is news: somebody else may
    /// have told it, too.
    pub async fn closed(&self, request: RequestId, place: &str) -> Result<bool, DeskError> {
        self.note(request, place, PostStage::Closed).await
    }

    fn find<'a>(&self, state: &'a State, place: &str) -> Option<&'a Post> {
        state.posts().iter().find(|post| post.channel() == self.channel && post.place() == place)
    }

    fn post(&self, place: &str, stage: PostStage) -> What {
        What::Post { channel: self.channel.clone(), place: place.to_owned(), stage }
    }

    /// Notes a stage, unless that is noted already; tells whether it was this call that did.
    async fn note(
        &self,
        request: RequestId,
        place: &str,
        stage: PostStage,
    ) -> Result<bool, DeskError> {
        let note = |state: &State| {
            let known = self.find(state, place).map(Post::stage);
            (known != Some(&stage)).then(|| self.post(place, stage.clone()))
        };
        self.note_on(request, note).await
    }

    /// Notes what `what` finds worth it; tells whether it was this call that did.
    pub(super) async fn note_on(
        &self,
        request: RequestId,
        what: impl Fn(&State) -> Option<What>,
    ) -> Result<bool, DeskError> {
        let note = |loaded: &Loaded| what(&loaded.state).map(Command::Note);
        Ok(self.desk.core().step_on(request, note).await?.is_news)
    }

    pub(super) async fn step(&self, loaded: &Loaded, what: What) -> Result<(), StepError> {
        let id = loaded.state.id().ok_or(Refusal::Unknown)?;
        let step =
            Step::new(id, &loaded.state, self.desk.core().now()).then(Command::Note(what))?;
        self.desk.core().take(step).await.map(drop)
    }
}

/// What is recorded of an error.
pub(super) fn short(error: &str) -> String {
    error.chars().take(500).collect()
}
