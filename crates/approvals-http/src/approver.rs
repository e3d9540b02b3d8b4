//! The channel `web`: what waits is in the ledger, and the queue shows what is in the ledger.

use approvals_core::{Approver, ApproverError, Assurance, Card, Desk, Presented};
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
#[derive(Clone, Copy, Debug)]
pub struct WebApprover(Assurance);

impl WebApprover {
    /// The channel, where sessions say who decides.
    #[must_use]
    pub fn new() -> Self {
        Self(Assurance::ChannelAttested)
    }

    /// The channel, where people can sign decisions with passkeys as well: for queues whose
    /// [`Access`](crate::Access::passkeys) has them.
    #[must_use]
    pub fn with_passkeys() -> Self {
        Self(Assurance::ReviewerKey)
    }
}

impl Default for WebApprover {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Approver for WebApprover {
    fn channel(&self) -> &'static str {
        CHANNEL
    }

    fn assurance(&self) -> Assurance {
        self.0
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Ok(Presented::new())
    }
}
