//! An expansion, for readers.

// Input
#[requires_approval(action = )]
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    body();
}

// Output
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    ::core::compile_error! {
        "expected a text in quotes, as in `action = \"s3.export\"`"
    }
}
