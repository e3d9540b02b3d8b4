//! The attribute does not draw the compiler away from the author's own mistakes.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(rows: u64) -> Result<u32, String> {
    let few: u32 = rows;
    Ok(few)
}

#[requires_approval(action = "s3.delete")]
async fn delete(rows: u64) -> Result<u64, String> {
    drop(rows);
}

fn main() {}
