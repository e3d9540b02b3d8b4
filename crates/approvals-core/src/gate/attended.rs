//! Which requests this process looks after, each one once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::action::id::RequestId;

#[derive(Debug, Default)]
pub(super) struct Attended(Mutex<HashSet<RequestId>>);

impl Attended {
    /// Whether it is to be looked after from now on, since nobody does so yet.
    pub(super) fn begin(&self, request: RequestId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(request)
    }

    /// All that are looked after now.
    pub(super) fn all(&self) -> Vec<RequestId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    pub(super) fn end(&self, request: RequestId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
    }
}
