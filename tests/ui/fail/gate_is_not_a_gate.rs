//! `gate` takes whatever holds a gate.

use approvals::requires_approval;

struct Production;

#[requires_approval(action = "s3.export", gate = Production)]
async fn export(bucket: String) -> Result<(), String> {
    drop(bucket);
    Ok(())
}

fn main() {}
