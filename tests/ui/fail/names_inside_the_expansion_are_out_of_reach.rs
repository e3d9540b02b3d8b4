//! A body cannot name the permit, or what else the expansion binds.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) -> Result<String, String> {
    let _ = (&permit, &_permit, &args, &gate, &call);
    Ok(bucket)
}

fn main() {}
