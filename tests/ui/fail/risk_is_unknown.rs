//! There are four levels of risk.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", risk = "none")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
