//! The keys whose signatures this gate believes: those that the log names.

use std::sync::{Mutex, PoisonError};

use approvals_log::PublicKey;

use crate::policy::assurance::Assurance;
use crate::record::event::{Event, What};
use crate::record::ledger::Entry;
use crate::review::directory::ChannelIdentity;
use crate::review::envelope::Envelope;
use crate::review::key::Purpose;
use crate::review::passkey::ReviewerKey;
use crate::review::statement::Says;

#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    of_gates: Vec<(Purpose, PublicKey)>,
    /// Also those that count no more: what they have signed before is signed.
    of_reviewers: Vec<(ChannelIdentity, ReviewerKey)>,
}

impl Known {
    fn read(&mut self, what: &What) {
        if let What::KeyAdded { purpose, key } = what {
            self.of_gates.extend(key.key().map(|key| (*purpose, key)));
        }
        if let What::Stated { envelope } = what
            && let Ok(said) = envelope.unverified()
            && let Says::Enrol { key, .. } = said.says
        {
            self.of_reviewers.push((said.identity, key));
        }
    }

    /// Whether a decision was signed as it says.
    fn vouch_for(&self, envelope: &Envelope, key: &PublicKey) -> bool {
        let Ok(decision) = envelope.verify(key) else { return false };
        match (decision.assurance, &decision.proof) {
            (Assurance::ReviewerKey, Some(proof)) => self
                .of_reviewers
                .iter()
                .any(|(owner, key)| *owner == decision.identity && key.verify(proof).is_ok()),
            (Assurance::ChannelAttested, None) => true,
            (Assurance::ReviewerKey, None) | (Assurance::ChannelAttested, Some(_)) => false,
        }
    }
}

impl Keys {
    /// Takes over the keys that these entries of the log itself name.
    pub(super) fn learn(&self, entries: &[Entry]) {
        let mut known = Known::default();
        for event in entries.iter().filter_map(|entry| Event::parse(&entry.bytes).ok()) {
            known.read(&event.what);
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// Whether the signatures in all of these events hold.
    pub(super) fn vouch_for<'a>(&self, mut events: impl Iterator<Item = &'a Event>) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let any = |purpose, holds: &dyn Fn(&PublicKey) -> bool| {
            keys.of_gates.iter().any(|(of, key)| *of == purpose && holds(key))
        };
        events.all(|event| match &event.what {
            What::Decided { envelope } | What::Late { envelope } => {
                any(Purpose::Recorder, &|key| keys.vouch_for(envelope, key))
            }
            What::Challenged { envelope } => {
                any(Purpose::Recorder, &|key| envelope.verify(key).is_ok())
            }
            What::Stated { envelope } => {
                any(Purpose::Recorder, &|key| envelope.verify(key).is_ok())
            }
            What::Pressed { envelope } => {
                any(Purpose::Recorder, &|key| envelope.verify(key).is_ok())
            }
            What::Granted { grant } => any(Purpose::Grant, &|key| grant.verify(key).is_ok()),
            What::KeyAdded { .. }
            | What::PolicyLoaded { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Nudged { .. }
            | What::Requested { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Dismissed { .. }
            | What::Started { .. }
            | What::Finished { .. }
            | What::Closed { .. } => true,
        })
    }
}
