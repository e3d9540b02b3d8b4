//! Wakes those who wait for a request in this process. Only a hint: they look again anyhow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use crate::action::id::RequestId;

#[derive(Debug, Default)]
pub(super) struct Bells(Mutex<HashMap<RequestId, Weak<Notify>>>);

impl Bells {
    /// The bell of one request; it is there as long as somebody listens.
    pub(super) fn of(&self, request: RequestId) -> Arc<Notify> {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = bells.get(&request).and_then(Weak::upgrade) {
            return bell;
        }
        // Entries of listeners long gone are swept whenever the map has doubled.
        if bells.len() == bells.capacity() {
            bells.retain(|_, bell| bell.strong_count() > 0);
        }
        let bell = Arc::new(Notify::new());
        bells.insert(request, Arc::downgrade(&bell));
        bell
    }

    pub(super) fn ring(&self, request: RequestId) {
        let bell = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&request)
            .and_then(Weak::upgrade);
        if let Some(bell) = bell {
            bell.notify_waiters();
        }
    }
}
