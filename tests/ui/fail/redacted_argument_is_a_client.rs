//! Only values are redacted; what is no value is skipped.

use approvals::requires_approval;

struct Client;

#[requires_approval(action = "s3.export", redact(client))]
async fn export(client: &Client, bucket: String) -> Result<(), String> {
    Ok(())
}

fn main() {}
