//! A declaration has no body to gate.

use approvals::requires_approval;

trait Store {
    #[requires_approval(action = "s3.export")]
    async fn export(&self, bucket: String) -> Result<(), String>;
}

fn main() {}
