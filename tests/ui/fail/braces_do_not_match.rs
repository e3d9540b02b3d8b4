//! Braces in a format string are doubled or paired.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", summary = "Export {bucket", resource = "s3://bucket}")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
