//! Neither does a method's.

use approvals::requires_approval;

struct Store;

impl Store {
    #[requires_approval(action = "s3.export")]
    async fn export(&self, bucket: String) -> Result<String, String> {
        Ok(bucket)
    }

    async fn around(&self) {
        let _ = self.export_inner(String::new()).await;
        let _ = self.__export(String::new()).await;
        let _ = Self::export_unchecked(self, String::new()).await;
    }
}

fn main() {}
