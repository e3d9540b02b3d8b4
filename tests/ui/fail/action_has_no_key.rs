//! The name of an action has its key before it.

use approvals::requires_approval;

#[requires_approval("s3.export")]
async fn export(bucket: String) -> Result<(), String> {
    Ok(())
}

fn main() {}
