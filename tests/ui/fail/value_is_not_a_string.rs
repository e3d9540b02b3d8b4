//! Texts are string literals, without a suffix.

use approvals::requires_approval;

#[requires_approval(action = s3.export, risk = "low"u8, resource = 7)]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
