//! The body stands nowhere but inside the gate.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) -> Result<String, String> {
    Ok(bucket)
}

async fn around() {
    let _ = export_inner(String::new()).await;
    let _ = __export(String::new()).await;
    let _ = export::body(String::new()).await;
    let _ = export.body(String::new()).await;
}

fn main() {}
