//! A key that does not exist is an error that lists those that do.

use approvals::requires_approval;

#[requires_approval(action = "s3.export", level = 2)]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
