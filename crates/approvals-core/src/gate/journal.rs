//! Reads and writes one request: load, decide, append if nothing else was appended, else load again.

use std::collections::BTreeMap;

use super::builder::Core;
use super::denied::Denied;
use super::metrics::Measure;
use crate::action::clock::Timestamp;
use crate::action::description::{Intake, Salt};
use crate::action::document::Document;
use crate::action::id::RequestId;
use crate::record::event::{Event, Execution, What};
use crate::record::ledger::{Append, Attachment, Entry, LedgerError, NewEntry};
use crate::record::post::Post;
use crate::record::state::{Phase, State};
use crate::record::transition::{Command, Refusal, transition};
use crate::review::card::Card;
use crate::review::grant::Grant;

/// How often a step is tried again when others append to the same request at the same time.
pub(super) const TRIES: usize = 64;

/// A request as it stands in the ledger.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) state: State,
    events: Vec<Event>,
    attachments: Vec<Attachment>,
}

/// Why a step on a request was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the event has no canonical form")]
    Event(#[from] crate::canonical::CanonicalError),
}

/// What some commands bring about on a request, not appended yet. They share one moment.
#[derive(Debug)]
pub(super) struct Step {
    id: RequestId,
    now: Timestamp,
    expected: u64,
    log_expected: Option<u64>,
    pub(super) after: State,
    entries: Vec<NewEntry>,
    measures: Vec<Measure>,
}

impl Step {
    pub(super) fn new(id: RequestId, state: &State, now: Timestamp) -> Self {
        let (now, expected) = (state.time(now), state.version());
        let (entries, measures, after) = (Vec::new(), Vec::new(), state.clone());
        Self { id, now, expected, log_expected: None, after, entries, measures }
    }

    /// The same, if the log itself has just so many entries when it is appended.
    pub(super) fn while_log_has(self, entries: u64) -> Self {
        Self { log_expected: Some(entries), ..self }
    }

    /// One more command.
    pub(super) fn then(mut self, command: Command) -> Result<Self, StepError> {
        for what in transition(&self.after, command, self.now)? {
            let event = Event::new(self.now, Some(self.id), what);
            self.measures.extend(Measure::of(&self.after, &event));
            let after = self.after.apply(&event);
            self.after = after.map_err(|error| LedgerError::Unavailable(error.into()))?;
            self.entries.push(NewEntry { bytes: event.to_bytes()?, attachments: Vec::new() });
        }
        Ok(self)
    }

    fn all(self, commands: Vec<Command>) -> Result<Self, StepError> {
        commands.into_iter().try_fold(self, Self::then)
    }

    /// The same, with attachments beside the first event.
    pub(super) fn beside(mut self, attachments: Vec<Attachment>) -> Self {
        if let Some(first) = self.entries.first_mut() {
            first.attachments = attachments;
        }
        self
    }
}

impl Loaded {
    fn from_entries(entries: Vec<Entry>) -> Result<Self, LedgerError> {
        let mut loaded = Self::default();
        for entry in entries {
            let damaged = |detail: String| LedgerError::Damaged {
                first: entry.index,
                last: entry.index,
                detail,
            };
            let event = Event::parse(&entry.bytes).map_err(|error| damaged(error.to_string()))?;
            loaded.state =
                loaded.state.apply(&event).map_err(|error| damaged(error.to_string()))?;
            loaded.events.push(event);
            loaded.attachments.extend(entry.attachments);
        }
        Ok(loaded)
    }

    /// The approved bytes.
    pub(super) fn document_bytes(&self) -> Option<&[u8]> {
        self.events.iter().find_map(|event| {
            let What::Requested { request, document } = &event.what else { return None };
            document.bytes(request.action, |digest| {
                let beside = self.attachments.iter().find(|attachment| attachment.digest == digest);
                beside.map(|attachment| attachment.bytes.as_slice())
            })
        })
    }

    /// What was asked for.
    pub(super) fn document(&self) -> Option<Document> {
        Document::parse(self.document_bytes()?).ok()
    }

    /// The card, as it was and will be shown.
    pub(super) fn card(&self) -> Option<Card> {
        Card::new(self.state.request()?.clone(), self.document()?).ok()
    }

    /// Whether people still decide, or may take back what they have decided.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.phase(), Phase::Pending | Phase::Granted)
    }

    /// Whether some channel has shown its card, in whatever process.
    pub(super) fn was_presented(&self) -> bool {
        let is_presented = |event: &Event| matches!(event.what, What::Presented { .. });
        self.events.iter().any(is_presented) || self.state.posts().iter().any(Post::may_be_seen)
    }

    /// The grant as issued.
    pub(super) fn grant(&self) -> Option<Grant> {
        self.events.iter().find_map(|event| {
            let What::Granted { grant } = &event.what else { return None };
            Some(grant.clone())
        })
    }

    /// Whether this end of this start is recorded.
    pub(super) fn has_told(&self, execution: Execution, fence: u64) -> bool {
        self.events.iter().any(|event| event.what == What::Finished { execution, fence })
    }

    /// The reason of the reviewer who rejected it.
    pub(super) fn rejection(&self) -> Option<String> {
        self.state.why_rejected().map(ToOwned::to_owned)
    }

    /// The salts of its hidden arguments, so that the same arguments give the same bytes.
    pub(super) fn salts(&self) -> BTreeMap<String, Salt> {
        let redacted = self.document().map(|document| document.redacted).unwrap_or_default();
        let salt = |(name, commitment)| {
            let sealed =
                self.attachments.iter().find(|attachment| attachment.digest == commitment)?;
            Some((name, *sealed.bytes.first_chunk()?))
        };
        redacted.into_iter().filter_map(salt).collect()
    }
}

/// What stands beside the first event of a request.
pub(super) fn attachments(intake: &Intake, beside: bool) -> Vec<Attachment> {
    let document =
        Attachment { digest: intake.digest, bytes: intake.bytes.clone(), erasable: false };
    let sealed = intake.sealed.values().map(|sealed| Attachment {
        digest: sealed.commitment,
        bytes: sealed.salt_and_value.to_vec(),
        erasable: true,
    });
    beside.then_some(document).into_iter().chain(sealed).collect()
}

/// How a request stands after a step that may not have been needed.
#[derive(Debug)]
pub(super) struct Stepped {
    pub(super) state: State,
    /// Whether it was this step that brought it there.
    pub(super) is_news: bool,
}

impl Core {
    pub(super) fn now(&self) -> Timestamp {
        self.time.now(&*self.clock)
    }

    /// A request as the ledger has it. Nothing in it is believed that no key of the log has signed: who can
    /// write the store and has no key cannot approve anything.
    pub(super) async fn load(&self, request: RequestId) -> Result<Loaded, LedgerError> {
        let entries = self.ledger.history(Some(request)).await?;
        let index = entries.last().map_or(0, |entry| entry.index);
        let loaded = Loaded::from_entries(entries)?;
        self.time.met(loaded.state.last_at());
        if !self.keys.vouch_for(loaded.events.iter()) {
            // Another gate may have brought keys of its own since.
            self.keys.learn(&self.ledger.history(None).await?);
            if !self.keys.vouch_for(loaded.events.iter()) {
                let detail = format!("no key of this log has signed what request {request} says");
                return Err(LedgerError::Damaged { first: index, last: index, detail });
            }
        }
        Ok(loaded)
    }

    /// Takes one step on a request that was just loaded.
    pub(super) async fn step(
        &self,
        id: RequestId,
        loaded: &Loaded,
        commands: Vec<Command>,
    ) -> Result<State, StepError> {
        let step = Step::new(id, &loaded.state, self.now()).all(commands)?;
        self.take(step).await
    }

    /// Appends what a step brings about.
    pub(super) async fn take(&self, step: Step) -> Result<State, StepError> {
        let Step { id, expected, log_expected, after, entries, measures, .. } = step;
        let count = entries.len();
        let append = Append { request: Some(id), expected, log_expected, entries };
        let appended = self.ledger.append(append).await?;
        self.tail.skip(appended.first, count);
        measures.into_iter().for_each(Measure::record);
        self.bells.ring(id);
        self.forward();
        Ok(after)
    }

    /// Takes the step that `command` names for whatever state it finds; tried again on conflict.
    pub(super) async fn step_on(
        &self,
        id: RequestId,
        command: impl Fn(&Loaded) -> Option<Command>,
    ) -> Result<Stepped, StepError> {
        for _ in 0..TRIES {
            let loaded = self.load(id).await?;
            let Some(command) = command(&loaded) else {
                return Ok(Stepped { state: loaded.state, is_news: false });
            };
            match self.step(id, &loaded, vec![command]).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                other => return other.map(|state| Stepped { state, is_news: true }),
            }
        }
        Err(LedgerError::Conflict.into())
    }
}

/// A ledger that fails denies; what exactly failed is for the operators.
impl From<LedgerError> for Denied {
    fn from(error: LedgerError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the ledger failed, so an action is denied"
        );
        Self::Unavailable { what: "the ledger" }
    }
}
