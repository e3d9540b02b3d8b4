//! Nobody writes a permit down.

use approvals::{Digest, Permit, RequestId};

fn forge(request: RequestId, action: Digest) -> Permit {
    Permit { request, action, fence: 1, grant: None }
}

fn main() {}
