//! A desk for those whom its gate keeps.

use std::sync::{Arc, Weak};

use super::builder::Core;
use super::desk::Desk;

/// A [`Desk`] that does not keep its gate: for channels, which the gate keeps.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Approver, ApproverError, Card, Desk, Presented, WeakDesk};
/// use async_trait::async_trait;
/// use std::sync::OnceLock;
///
/// /// Hears of answers by itself, so it has the desk from the beginning on.
/// #[derive(Debug, Default)]
/// struct Pager(OnceLock<WeakDesk>);
///
/// #[async_trait]
/// impl Approver for Pager {
///     fn channel(&self) -> &str {
///         "pager"
///     }
///     async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
///         self.0.set(desk.downgrade()).map_err(|_taken| ApproverError::new("this channel is of another gate"))
///     }
///     async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
/// #       let _unused = (card, desk);
///         // …
///         Ok(Presented::new())
///     }
/// }
/// assert!(Pager::default().0.get().and_then(WeakDesk::upgrade).is_none(), "there is no gate");
/// ```
#[derive(Clone, Debug)]
pub struct WeakDesk(Weak<Core>);

impl WeakDesk {
    /// The desk, as long as its gate is there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Desk> {
        self.0.upgrade().map(Desk::new)
    }
}

impl Desk {
    /// The same desk, without keeping its gate.
    #[must_use]
    pub fn downgrade(&self) -> WeakDesk {
        WeakDesk(Arc::downgrade(self.core()))
    }
}
