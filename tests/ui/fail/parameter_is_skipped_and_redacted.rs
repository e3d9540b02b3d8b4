//! A parameter is hidden in one way.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", skip(token), redact(token))]
async fn export(token: String) -> Result<(), String> {
    drop(token);
    Ok(())
}

fn main() {}
