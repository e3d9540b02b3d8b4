//! A denial needs a way out.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) {
    drop(bucket);
}

fn main() {}
