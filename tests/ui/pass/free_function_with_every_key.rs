//! Every key of the attribute.
#![deny(warnings)]

use approvals::{Denied, Gate, requires_approval};

pub struct Client(pub Gate);

#[requires_approval(
    action = "s3.export",
    resource = r"s3://{bucket}/{prefix:>8}",
    summary = "Export {rows:#x} rows {{of}} {bucket:?}",
    risk = "critical",
    skip(client),
    redact(token),
    gate = client.0,
    crate = ::approvals,
)]
pub async fn export(
    client: &Client,
    bucket: &str,
    prefix: &str,
    rows: u64,
    token: &str,
) -> Result<usize, Denied> {
    Ok(bucket.len() + prefix.len() + token.len() + usize::try_from(rows).unwrap_or(0))
}

#[requires_approval(action = "a")]
pub async fn no_parameters() -> Result<(), Denied> {
    Ok(())
}

fn main() {}
