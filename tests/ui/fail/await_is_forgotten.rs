//! A gated function is called like any other `async fn`.

#![deny(unused_must_use)]

use approvals::{Denied, requires_approval};

#[requires_approval(action = "s3.export")]
async fn export(bucket: &str) -> Result<u64, Denied> {
    Ok(bucket.len() as u64)
}

async fn agent() -> Result<u64, Denied> {
    export("forgotten");
    let rows = export("sales")?;
    Ok(rows)
}

fn main() {}
