//! Texts are literals: they name parameters, and nothing more of them than that.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", summary = format!("Export {bucket}"))]
async fn export(bucket: String) -> Result<(), String> {
    Ok(())
}

#[requires_approval(action = "s3.export", summary = "Export {bucket.name} of {rows + 1}", risk = High)]
async fn export_part(bucket: String, rows: u64) -> Result<(), String> {
    Ok(())
}

fn main() {}
