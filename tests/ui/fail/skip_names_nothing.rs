//! `skip` and `redact` name parameters.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", skip(), redact = token)]
async fn export(token: String) -> Result<(), String> {
    drop(token);
    Ok(())
}

fn main() {}
