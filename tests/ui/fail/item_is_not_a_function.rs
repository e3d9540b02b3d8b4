//! Only functions are gated.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
struct Export {
    bucket: String,
}

fn main() {}
