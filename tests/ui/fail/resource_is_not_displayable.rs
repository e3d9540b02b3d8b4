//! What a format string prints implements `Display`.

use approvals::requires_approval;

#[derive(serde::Serialize)]
struct Bucket(String);

#[requires_approval(action = "s3.export", resource = "s3://{bucket}")]
async fn export(bucket: Bucket) -> Result<(), String> {
    drop(bucket.0);
    Ok(())
}

fn main() {}
