//! A constant cannot wait.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
const fn export(bucket: u8) -> Result<u8, ()> {
    Ok(bucket)
}

fn main() {}
