//! What is bound is the same in every build.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(#[cfg(unix)] bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
