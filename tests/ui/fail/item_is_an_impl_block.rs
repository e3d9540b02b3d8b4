//! Methods are gated one by one.

use approvals::requires_approval;

struct S3;

#[requires_approval(action = "s3.export")]
impl S3 {
    async fn export(&self, bucket: String) -> Result<(), String> {
        Ok(())
    }
}

#[requires_approval(action = "s3.export")]
trait Export {
    async fn export(&self, bucket: String) -> Result<(), String>;
}

fn main() {}
