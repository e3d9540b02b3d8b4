//! Wakes those who wait for a request in this process. Only a hint: they look again anyhow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use crate::action::id::RequestId;

#[derive(Debug, Default)]
pub(super) struct Bells {
    bells: Mutex<HashMap<RequestId, Weak<Notify>>>,
    /// Told when somebody comes to listen, and at the end.
    arrived: Arc<Notify>,
}

impl Drop for Bells {
    fn drop(&mut self) {
        self.arrived.notify_one();
    }
}

impl Bells {
    /// The bell of one request; it is there as long as somebody listens.
    pub(super) fn of(&self, request: RequestId) -> Arc<Notify> {
        let mut bells = self.held();
        if let Some(bell) = bells.get(&request).and_then(Weak::upgrade) {
            return bell;
        }
        // Entries of listeners long gone are swept whenever the map has doubled.
        if bells.len() == bells.capacity() {
            bells.retain(|_, bell| bell.strong_count() > 0);
        }
        let bell = Arc::new(Notify::new());
        bells.insert(request, Arc::downgrade(&bell));
        self.arrived.notify_one();
        bell
    }

    /// What is told when somebody comes to listen, and at the end.
    pub(super) fn arrived(&self) -> Arc<Notify> {
        Arc::clone(&self.arrived)
    }

    /// Whether anybody listens to any of them.
    pub(super) fn is_anybody_there(&self) -> bool {
        self.held().values().any(|bell| bell.strong_count() > 0)
    }

    /// Rings all of them.
    pub(super) fn ring_all(&self) {
        let bells: Vec<_> = self.held().values().filter_map(Weak::upgrade).collect();
        for bell in bells {
            bell.notify_waiters();
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<RequestId, Weak<Notify>>> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ring(&self, request: RequestId) {
        let bell = self.held().get(&request).and_then(Weak::upgrade);
        if let Some(bell) = bell {
            bell.notify_waiters();
        }
    }
}
