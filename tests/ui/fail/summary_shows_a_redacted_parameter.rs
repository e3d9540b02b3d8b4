//! What is redacted is shown nowhere.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", redact(token), summary = "Export with {token}")]
async fn export(token: String) -> Result<(), String> {
    drop(token);
    Ok(())
}

fn main() {}
