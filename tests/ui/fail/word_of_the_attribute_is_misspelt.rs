//! A misspelt key is told by the one that was meant, once, and not also called missing.

use approvals::requires_approval;

#[requires_approval(actoin = "s3.export", sumary = "Export {bucket}", redacted(token))]
async fn export(bucket: String, token: String) -> Result<(), String> {
    Ok(())
}

fn main() {}
