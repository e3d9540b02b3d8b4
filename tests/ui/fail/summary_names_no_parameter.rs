//! A format string prints parameters only.

use approvals::requires_approval;

const REGION: &str = "eu";

#[requires_approval(action = "s3.export", summary = "Export {bukcet} from {REGION}")]
async fn export(bucket: String) -> Result<(), String> {
    drop((bucket, REGION));
    Ok(())
}

fn main() {}
