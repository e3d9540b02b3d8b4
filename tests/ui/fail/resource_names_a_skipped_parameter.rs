//! What is not bound cannot name the resource.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", skip(bucket), resource = "s3://{bucket}")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
