//! A function that is no function yet leaves no second mistake behind in those who call it.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
async fn export(bucket: ) -> Result<u64, String> {
    Ok(1)
}

#[requires_approval(action = "s3.delete")]
async fn delete(bucket: String) -> Result<u64, String> {
    let rest = bucket.;
    Ok(1)
}

async fn agent() {
    let _: Result<u64, String> = export(String::new()).await;
    let _: Result<u64, String> = delete(String::new()).await;
}

fn main() {}
