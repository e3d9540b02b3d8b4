//! What is half typed is told at its key.

use approvals::requires_approval;

#[requires_approval(action = )]
async fn export(bucket: String) -> Result<(), String> {
    Ok(())
}

#[requires_approval(action = "s3.delete", summary, gate = )]
async fn delete(bucket: String) -> Result<(), String> {
    Ok(())
}

async fn agent() {
    // Both are still known by their names and types: nothing is said here.
    let _: Result<(), String> = export(String::new()).await;
    let _: Result<(), String> = delete(String::new()).await;
}

fn main() {}
