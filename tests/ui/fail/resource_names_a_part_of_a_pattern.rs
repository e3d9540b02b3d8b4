//! A parameter that is taken apart has no value to print.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", resource = "s3://{bucket}")]
async fn export((bucket, _prefix): (String, String)) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
