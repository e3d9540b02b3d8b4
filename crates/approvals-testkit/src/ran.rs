//! Counts how often a gated body ran.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts how often a body ran: call [`now`](Self::now) in its first line. Clones count together.
///
/// It sees the body itself, however that was reached; what the gate has recorded of it is another question,
/// for [`TestGate::assert_never_started`](crate::TestGate::assert_never_started).
///
/// ```
/// use approvals_testkit::Ran;
///
/// let ran = Ran::default();
/// ran.assert_never_ran();
/// ran.clone().now();
/// ran.assert_ran_once();
/// assert_eq!(ran.count(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ran(Arc<AtomicU32>);

impl Ran {
    /// Notes that the body runs now.
    pub fn now(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// How often it has run so far.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// It has not run so far.
    ///
    /// # Panics
    ///
    /// If it has.
    #[track_caller]
    pub fn assert_never_ran(&self) {
        let count = self.count();
        assert_eq!(count, 0, "the body was not to run, and ran {count} times");
    }

    /// It has run exactly once so far.
    ///
    /// # Panics
    ///
    /// If it has not run, or more than once.
    #[track_caller]
    pub fn assert_ran_once(&self) {
        let count = self.count();
        assert_eq!(count, 1, "the body was to run once, and ran {count} times");
    }
}
