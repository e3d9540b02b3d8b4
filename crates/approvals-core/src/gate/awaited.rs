//! How many callers in this process wait for each request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::action::id::RequestId;

#[derive(Debug, Default)]
pub(super) struct Awaited(Mutex<HashMap<RequestId, usize>>);

impl Awaited {
    /// One more waits; whether others did already.
    pub(super) fn begin(&self, request: RequestId) -> bool {
        let mut awaited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = awaited.entry(request).or_default();
        *count = count.saturating_add(1);
        *count > 1
    }

    /// One waits no longer; whether that was the last.
    pub(super) fn end(&self, request: RequestId) -> bool {
        let mut awaited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = awaited.get(&request).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            awaited.remove(&request);
        } else {
            awaited.insert(request, left);
        }
        left == 0
    }
}
