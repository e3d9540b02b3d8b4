//! A format string names what it prints.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", summary = "Export {}", resource = "{0}")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
