//! A misspelt parameter is not silently bound.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", redact(tokne))]
async fn export(bucket: String, token: String) -> Result<(), String> {
    drop((bucket, token));
    Ok(())
}

fn main() {}
