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
        let named =
            entries.iter().filter_map(|entry| match Event::parse(&entry.bytes).ok()?.what {
                What::KeyAdded { purpose, key } => Some((purpose, key.key()?)),
                _other => None,
            });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = named.collect();
    }

    /// The first of these events whose signature does not hold.
    pub(super) fn unsigned<'a>(
        &self,
        mut events: impl Iterator<Item = &'a Event>,
    ) -> Option<&'a Event> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.find(|event| {
            let (purpose, holds): (_, &dyn Fn(&PublicKey) -> bool) = match &event.what {
                What::Decided { envelope } => {
                    (Purpose::Recorder, &|key| envelope.verify(key).is_ok())
                }
                What::Granted { grant } => (Purpose::Grant, &|key| grant.verify(key).is_ok()),
                _unsigned => return false,
            };
            !keys.iter().any(|(of, key)| *of == purpose && holds(key))
        })
    }
}
