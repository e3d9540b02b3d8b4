//! The error says how a denial becomes one.

use approvals::requires_approval;

#[derive(Debug)]
struct ExportError;

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) -> Result<String, ExportError> {
    Ok(bucket)
}

fn main() {}
