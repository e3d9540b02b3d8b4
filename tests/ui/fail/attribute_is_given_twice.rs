//! One call is one request.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
#[requires_approval(action = "s3.delete")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
