//! Who waits for which request: a change wakes those alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use approvals_core::RequestId;
use tokio::sync::Notify;

#[derive(Debug, Default)]
pub(crate) struct Waiters(Mutex<HashMap<RequestId, Arc<Notify>>>);

/// Waits for one request, until dropped.
#[derive(Debug)]
pub(crate) struct Waiter<'a> {
    waiters: &'a Waiters,
    request: RequestId,
    pub(crate) changed: Arc<Notify>,
}

impl Waiters {
    pub(crate) fn wait_for(&self, request: RequestId) -> Waiter<'_> {
        let changed = Arc::clone(self.held().entry(request).or_default());
        Waiter { waiters: self, request, changed }
    }

    pub(crate) fn wake(&self, request: RequestId) {
        if let Some(changed) = self.held().get(&request) {
            changed.notify_waiters();
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<RequestId, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut held = self.waiters.held();
        // Here and in the map.
        if Arc::strong_count(&self.changed) <= 2 {
            held.remove(&self.request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_of_those_who_have_gone() {
        let (waiters, id) = (Waiters::default(), "0199b3c5-6f00-7000-8000-000000000000");
        let id = id.parse().unwrap();
        let (one, other) = (waiters.wait_for(id), waiters.wait_for(id));
        drop(one);
        assert_eq!(waiters.held().len(), 1);
        drop(other);
        assert_eq!(waiters.held().len(), 0);
    }
}
