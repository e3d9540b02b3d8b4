//! `gate` takes whatever holds a gate.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", gate = "production")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
