//! An action has to be named.

use approvals::requires_approval;

#[requires_approval]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
