//! The channel `web`: what waits is in the ledger, and the queue shows what is in the ledger.

use approvals_core::{Approver, ApproverError, Card, Desk, Presented};
use async_trait::async_trait;

/// The name of the channel.
pub(crate) const CHANNEL: &str = "web";

/// Puts cards before the people who look into the queue. There is nothing to send: a request is presented by being in the
/// ledger, which each [`Queue`](crate::Queue) over it follows.
///
/// ```
/// use approvals_core::{Approver as _, Gate};
/// use approvals_http::WebApprover;
///
/// let gate = Gate::builder().approver(WebApprover::new());
/// assert_eq!(WebApprover::new().channel(), "web");
/// # drop(gate);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WebApprover;

impl WebApprover {
    /// The channel.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl Approver for WebApprover {
    fn channel(&self) -> &'static str {
        CHANNEL
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Ok(Presented::new())
    }
}
