//! No single word unbinds a whole call.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", skip_all)]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
