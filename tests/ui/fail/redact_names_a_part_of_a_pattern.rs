//! A parameter is hidden as a whole.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", redact(token))]
async fn export((bucket, token): (String, String)) -> Result<(), String> {
    drop((bucket, token));
    Ok(())
}

fn main() {}
