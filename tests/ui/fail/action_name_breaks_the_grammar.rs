//! An action name follows the grammar that policies match on.

use approvals::requires_approval;

#[requires_approval(action = "S3 export")]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
