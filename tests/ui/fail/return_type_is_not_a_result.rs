//! A denial needs a way out, and other types have none.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) -> Option<String> {
    Some(bucket)
}

fn main() {}
