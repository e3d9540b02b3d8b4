//! Every key of the attribute.
#![deny(warnings)]

use approvals::{Denied, Gate, requires_approval};

pub struct Client(pub Gate);

fn tell(why: Denied) -> Result<usize, Denied> {
    Err(why)
}

#[requires_approval(
    action = "s3.export",
    resource = r"s3://{bucket}/{prefix:>8}",
    summary = "Export {rows:#x} rows {{of}} {bucket:?}",
    reason = "{bucket} is full",
    risk = "critical",
    tags("pii", "export"),
    skip(client),
    redact(token),
    show(thousands = rows / 1000, is_all = prefix.is_empty()),
    when = |rows: &u64, prefix| *rows > 1000 || prefix.is_empty(),
    key = "export-{bucket}-{prefix}",
    expires = "1h30m",
    bind = "decoded",
    gate = client.0,
    on_denied = tell,
    crate = ::approvals,
)]
pub async fn export(
    client: &Client,
    bucket: &str,
    prefix: &str,
    rows: u64,
    token: &str,
) -> Result<usize, Denied> {
    let _ = client;
    Ok(bucket.len() + prefix.len() + token.len() + usize::try_from(rows).unwrap_or(0))
}

#[requires_approval(action = "a")]
pub async fn no_parameters() -> Result<(), Denied> {
    Ok(())
}

fn main() {}
