//! `self` is never bound, and the card says so without being told.

use approvals::requires_approval;

struct Store;

impl Store {
    #[requires_approval(action = "s3.export", skip(self))]
    async fn export(&self, bucket: String) -> Result<(), String> {
        drop(bucket);
        Ok(())
    }
}

fn main() {}
