//! No key is given twice, so that none is silently ignored.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", risk = "critical", risk = "low")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
