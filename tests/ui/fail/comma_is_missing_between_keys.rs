//! Keys are set apart by commas, and from their values by `=`.

use approvals::requires_approval;

#[requires_approval(action = "s3.export" summary = "Export {bucket}")]
async fn export(bucket: String) -> Result<(), String> {
    Ok(())
}

#[requires_approval(action: "s3.delete")]
async fn delete(bucket: String) -> Result<(), String> {
    Ok(())
}

fn main() {}
