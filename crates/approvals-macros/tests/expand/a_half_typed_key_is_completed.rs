//! An expansion, for readers.

// Input
#[requires_approval(act)]
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    body();
}

// Output
pub async fn export(client: &S3, bucket: &str) -> Result<u64, Denied> {
    ::core::compile_error! {
        "unknown key `act`: did you mean `action`?"
    }
}
