//! Nothing runs before the approval.

use approvals::requires_approval;

use std::future::Future;

#[requires_approval(action = "s3.export")]
fn export(bucket: String) -> impl Future<Output = Result<(), String>> {
    println!("exporting {bucket}");
    async move {
        drop(bucket);
        Ok(())
    }
}

fn main() {}
