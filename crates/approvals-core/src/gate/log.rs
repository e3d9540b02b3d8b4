//! Reads and writes the events of the log itself.

use std::sync::Arc;

use super::builder::Core;
use super::journal::TRIES;
use crate::action::clock::Timestamp;
use crate::record::control::Control;
use crate::record::event::{Event, What};
use crate::record::ledger::{Append, Entry, LedgerError, NewEntry};
use crate::record::own_act::OwnAct;

impl Core {
    /// As last seen. Whatever starts is appended on the condition that this is still so.
    pub(super) fn control(&self) -> Arc<Control> {
        self.known.get()
    }

    /// As it is now.
    pub(super) async fn look_at_log(&self) -> Result<Arc<Control>, LedgerError> {
        let entries = self.ledger.history(None).await?;
        let before = self.control();
        if u64::try_from(entries.len()) == Ok(before.version()) {
            return Ok(before);
        }
        self.keys.learn(&entries);
        let mut control = Control::default();
        for entry in &entries {
            let event = self.check(entry)?;
            if control.version() >= before.version() {
                self.check_consent(&control, &event.what, event.at, entry.index).await?;
            }
            control = control
                .apply(&event.what, event.at)
                .map_err(|problem| damaged(entry.index, problem))?;
        }
        let control = Arc::new(control);
        self.known.set(&control);
        Ok(control)
    }

    fn check(&self, entry: &Entry) -> Result<Event, LedgerError> {
        let event = Event::parse(&entry.bytes);
        let event = event.map_err(|error| damaged(entry.index, &error.to_string()))?;
        self.time.met(event.at);
        if self.keys.vouch_for([&event].into_iter()) {
            Ok(event)
        } else {
            Err(damaged(entry.index, "no key of this log has signed it"))
        }
    }

    /// What takes people's consent is believed only with the grant that they gave.
    async fn check_consent(
        &self,
        before: &Control,
        what: &What,
        at: Timestamp,
        index: u64,
    ) -> Result<(), LedgerError> {
        let Some((request, act, by_people)) = OwnAct::behind(what, before) else { return Ok(()) };
        let loaded = self.load(request).await?;
        let document = loaded.document();
        if document
            .is_some_and(|document| act.is_carried_out(&loaded.state, &document, by_people, at))
        {
            Ok(())
        } else {
            Err(damaged(index, "nobody agreed to it"))
        }
    }

    /// Appends what `make` finds fit to the log as it stands; tried again on conflict.
    pub(super) async fn append_to_log<E: From<LedgerError>>(
        &self,
        make: impl Fn(&Control, Timestamp) -> Result<Option<What>, E>,
    ) -> Result<(), E> {
        for _ in 0..TRIES {
            let control = self.look_at_log().await?;
            let at = control.time(self.now());
            let Some(what) = make(&control, at)? else { return Ok(()) };
            match self.append_log_event(&control, what, at).await {
                Err(LedgerError::Conflict) => {}
                other => return other.map_err(E::from),
            }
        }
        Err(LedgerError::Conflict.into())
    }

    /// Appends one event to the log as it was when `control` was read.
    pub(super) async fn append_log_event(
        &self,
        control: &Control,
        what: What,
        at: Timestamp,
    ) -> Result<(), LedgerError> {
        // What could not be read back must not be written.
        let fits = control.clone().apply(&what, at);
        fits.map_err(|problem| LedgerError::Unavailable(problem.into()))?;
        self.check_consent(control, &what, at, control.version()).await?;
        let bytes = Event::new(at, None, what).to_bytes();
        let bytes = bytes.map_err(|error| LedgerError::Unavailable(error.into()))?;
        let entries = vec![NewEntry { bytes, attachments: Vec::new() }];
        let expected = control.version();
        self.ledger.append(Append { request: None, expected, log_expected: None, entries }).await?;
        self.forward();
        self.look_at_log().await.map(drop)
    }
}

fn damaged(index: u64, problem: &str) -> LedgerError {
    LedgerError::Damaged { first: index, last: index, detail: problem.to_owned() }
}
