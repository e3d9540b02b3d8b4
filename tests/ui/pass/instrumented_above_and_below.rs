//! `#[tracing::instrument]` on either side: the span is there, and so is the gate.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use ui::both;
use tracing::instrument;

#[instrument(skip(token), err)]
#[requires_approval(action = "s3.export", summary = "Export {rows} rows", redact(token))]
pub async fn above(rows: u64, token: &str) -> Result<u64, Denied> {
    tracing::info!("{} bytes of token", token.len());
    Ok(rows)
}

#[requires_approval(action = "s3.export", summary = "Export {rows} rows", redact(token))]
#[instrument(skip(token), ret)]
pub async fn below(rows: u64, token: &str) -> Result<u64, Denied> {
    tracing::info!("{} bytes of token", token.len());
    Ok(rows)
}

pub struct Bank(u64);

impl Bank {
    #[instrument(skip_all, fields(cents))]
    #[requires_approval(action = "bank.pay")]
    pub async fn pay_above(&self, (cents, _to): (u64, u8)) -> Result<u64, Denied> {
        Ok(self.0 - cents)
    }

    #[requires_approval(action = "bank.pay")]
    #[instrument(skip_all, fields(cents))]
    pub async fn pay_below(&self, cents: u64) -> Result<u64, Denied> {
        Ok(self.0 - cents)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || above(412, "hunter2").await).await;
    assert_eq!(ran, Ok(412));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
    let (ran, denied) = both(async || below(412, "hunter2").await).await;
    assert_eq!(ran, Ok(412));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let bank = Bank(500);
    let (ran, denied) = both(async || bank.pay_above((100, 1)).await).await;
    assert_eq!(ran, Ok(400));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
    let (ran, denied) = both(async || bank.pay_below(100).await).await;
    assert_eq!(ran, Ok(400));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
