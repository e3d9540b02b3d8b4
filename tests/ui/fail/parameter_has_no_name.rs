//! What a reviewer sees has a name.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(_: String, (_, _): (u8, u8)) -> Result<(), String> {
    Ok(())
}

fn main() {}
