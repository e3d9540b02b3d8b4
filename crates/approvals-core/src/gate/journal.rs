//! Reads and writes one request: load, decide, append if nothing else was appended, else load again.

use std::collections::BTreeMap;

use super::builder::Core;
use super::denied::Denied;
use crate::action::clock::Timestamp;
use crate::action::document::{Document, Intake, Salt};
use crate::action::id::RequestId;
use crate::record::event::{Event, What};
use crate::record::ledger::{Append, Attachment, Entry, LedgerError, NewEntry};
use crate::record::state::State;
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
    Ledger(#[from] LedgerError),
    #[error("the event has no canonical form")]
    Event(#[from] crate::canonical::CanonicalError),
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

    /// The card, as it was and will be shown.
    pub(super) fn card(&self) -> Option<Card> {
        let document = Document::parse(self.document_bytes()?).ok()?;
        Card::new(self.state.request()?.clone(), document).ok()
    }

    /// The grant as issued.
    pub(super) fn grant(&self) -> Option<Grant> {
        self.events.iter().find_map(|event| {
            let What::Granted { grant } = &event.what else { return None };
            Some(grant.clone())
        })
    }

    /// The reason of the reviewer who rejected it.
    pub(super) fn rejection(&self) -> Option<String> {
        self.state.decisions().last().and_then(|decision| decision.reason.clone())
    }

    /// The salts of its hidden arguments, so that the same arguments give the same bytes.
    pub(super) fn salts(&self) -> BTreeMap<String, Salt> {
        let document = self.document_bytes().and_then(|bytes| Document::parse(bytes).ok());
        let redacted = document.map(|document| document.redacted).unwrap_or_default();
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

impl Core {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A request as the ledger has it. Nothing in it is believed that no key of the log has signed: who can
    /// write the store and has no key cannot approve anything.
    pub(super) async fn load(&self, request: RequestId) -> Result<Loaded, LedgerError> {
        let entries = self.ledger.history(Some(request)).await?;
        let index = entries.last().map_or(0, |entry| entry.index);
        let loaded = Loaded::from_entries(entries)?;
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
        self.step_with(id, &loaded.state, commands, Vec::new()).await
    }

    /// Takes steps on `state` together, with attachments beside the first event.
    pub(super) async fn step_with(
        &self,
        id: RequestId,
        state: &State,
        commands: Vec<Command>,
        mut attachments: Vec<Attachment>,
    ) -> Result<State, StepError> {
        let now = state.time(self.now());
        let mut after = state.clone();
        let mut entries = Vec::new();
        for command in commands {
            for what in transition(&after, command, now)? {
                let event = Event::new(now, Some(id), what);
                after =
                    after.apply(&event).map_err(|error| LedgerError::Unavailable(error.into()))?;
                entries.push(NewEntry {
                    bytes: event.to_bytes()?,
                    attachments: std::mem::take(&mut attachments),
                });
            }
        }
        self.ledger
            .append(Append { request: Some(id), expected: state.version(), entries })
            .await?;
        self.bells.ring(id);
        self.forward();
        Ok(after)
    }

    /// Takes the step that `command` names for whatever state it finds; tried again on conflict.
    pub(super) async fn step_on(
        &self,
        id: RequestId,
        command: impl Fn(&Loaded) -> Option<Command>,
    ) -> Result<State, StepError> {
        for _ in 0..TRIES {
            let loaded = self.load(id).await?;
            let Some(command) = command(&loaded) else { return Ok(loaded.state) };
            match self.step(id, &loaded, vec![command]).await {
                Err(StepError::Ledger(LedgerError::Conflict)) => {}
                other => return other,
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
