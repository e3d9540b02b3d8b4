//! One lock for each thing, as long as anybody wants it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// A lock for each key.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let locks = approvals_chat::Locks::default();
/// let (_one, _two) = (locks.of("one").await, locks.of("two").await);
/// # }
/// ```
#[derive(Debug)]
pub struct Locks<K>(Mutex<HashMap<K, Weak<Lock<()>>>>);

impl<K> Default for Locks<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Locks<K> {
    /// Waits until nobody else has the lock of this.
    pub async fn of(&self, key: K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            locks.retain(|_key, lock| lock.strong_count() > 0);
            let lock = locks.get(&key).and_then(Weak::upgrade).unwrap_or_default();
            locks.insert(key, Arc::downgrade(&lock));
            lock
        };
        lock.lock_owned().await
    }
}
