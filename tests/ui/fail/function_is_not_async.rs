//! Waiting for people is asynchronous.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
