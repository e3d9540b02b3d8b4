//! The keys whose signatures this gate believes: those that the log names.

use std::sync::{Mutex, PoisonError};

use approvals_log::PublicKey;

use crate::record::event::{Event, What};
use crate::record::ledger::Entry;
use crate::review::key::Purpose;

#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Vec<(Purpose, PublicKey)>>);

impl Keys {
    /// Takes over the keys that these entries of the log itself name.
    pub(super) fn learn(&self, entries: &[Entry]) {
        let named = entries.iter().filter_map(|entry| {
            let What::KeyAdded { purpose, key } = Event::parse(&entry.bytes).ok()?.what else {
                return None;
            };
            Some((purpose, key.key()?))
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = named.collect();
    }

    /// Whether the signatures in all of these events hold.
    pub(super) fn vouch_for<'a>(&self, mut events: impl Iterator<Item = &'a Event>) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let any = |purpose, holds: &dyn Fn(&PublicKey) -> bool| {
            keys.iter().any(|(of, key)| *of == purpose && holds(key))
        };
        events.all(|event| match &event.what {
            What::Decided { envelope } | What::Late { envelope } => {
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
