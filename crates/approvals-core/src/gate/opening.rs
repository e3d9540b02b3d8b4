//! What a gate does when it is built: it looks at the log, names its keys there, and lets its channels listen.

use std::sync::Arc;

use super::approver::ApproverError;
use super::builder::{BuildError, Core};
use super::caught::caught;
use super::desk::Desk;
use crate::record::event::{Event, What};
use crate::record::ledger::{Append, LedgerError, NewEntry};
use crate::review::key::{Jwk, Purpose};

impl Core {
    /// No time before the log's last event is believed.
    pub(super) async fn meet_last_event(&self, size: u64) -> Result<(), BuildError> {
        let Some(last) = size.checked_sub(1) else { return Ok(()) };
        for entry in self.ledger.entries(last, 1).await? {
            if let Ok(event) = Event::parse(&entry.bytes) {
                self.time.met(event.at);
            }
        }
        Ok(())
    }

    /// Appends the keys that the log does not name yet.
    pub(super) async fn publish_keys(&self) -> Result<(), BuildError> {
        let keys = [
            (Purpose::Recorder, self.recorder.public_key()),
            (Purpose::Grant, self.grantor.public_key()),
        ];
        loop {
            let entries = self.ledger.history(None).await?;
            self.keys.learn(&entries);
            let known: Vec<What> = entries
                .iter()
                .filter_map(|entry| Some(Event::parse(&entry.bytes).ok()?.what))
                .collect();
            let wanted = keys
                .iter()
                .map(|(purpose, key)| What::KeyAdded { purpose: *purpose, key: Jwk::new(key) });
            let mut new = Vec::new();
            for what in wanted.filter(|what| !known.contains(what)) {
                let bytes = Event::new(self.now(), None, what).to_bytes()?;
                new.push(NewEntry { bytes, attachments: Vec::new() });
            }
            if new.is_empty() {
                return Ok(());
            }
            let expected = u64::try_from(entries.len()).unwrap_or(u64::MAX);
            let append = Append { request: None, expected, log_expected: None, entries: new };
            match self.ledger.append(append).await {
                Err(LedgerError::Conflict) => {}
                other => return other.map(drop).map_err(BuildError::from),
            }
        }
    }

    /// Lets each channel begin to listen.
    pub(super) async fn open_channels(self: &Arc<Self>) -> Result<(), BuildError> {
        let desk = Desk::new(Arc::clone(self));
        for approver in &self.approvers {
            let opened = caught(|| approver.open(&desk)).await;
            let opened = opened.unwrap_or_else(|_panic| Err(ApproverError::new("it panicked")));
            opened.map_err(|source| BuildError::Channel {
                channel: approver.channel().to_owned(),
                source,
            })?;
        }
        Ok(())
    }
}
