//! Nobody calls for a permit.

use approvals::{Digest, Permit, RequestId};

fn forge(request: RequestId, action: Digest) -> Permit {
    Permit::new(request, action, 1, None)
}

fn main() {}
