//! The proof in the program that an action may run now: made in one place, used up once.

use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::review::grant::Grant;

/// What a consumed grant becomes: only with it does a body run.
///
/// It has one private constructor, and cannot be copied, made up or read from anywhere:
///
/// ```compile_fail,E0451
/// fn forge(request: approvals_core::RequestId, action: approvals_core::Digest) -> approvals_core::Permit {
///     approvals_core::Permit { request, action, fence: 1, grant: None }
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn copy(permit: approvals_core::Permit) -> (approvals_core::Permit, approvals_core::Permit) {
///     (permit.clone(), permit)
/// }
/// ```
#[derive(Debug)]
#[must_use = "a permit is for the one call that it was made for"]
pub struct Permit {
    request: RequestId,
    action: Digest,
    fence: u64,
    grant: Option<Grant>,
}

impl Permit {
    pub(super) fn new(
        request: RequestId,
        action: Digest,
        fence: u64,
        grant: Option<Grant>,
    ) -> Self {
        Self { request, action, fence, grant }
    }

    /// The request that it stems from.
    #[must_use]
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// The digest of the one action that it is for.
    #[must_use]
    pub fn action(&self) -> Digest {
        self.action
    }

    /// Which start of the request this is, from 1. Only an action that says
    /// [`idempotent_after`](crate::Description::idempotent_after) is ever started again; let what it acts on
    /// refuse a fence that is lower than one it has seen.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.fence
    }

    /// The grant, to show to an executor elsewhere; none where the policy allowed without asking anybody.
    #[must_use]
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }
}
