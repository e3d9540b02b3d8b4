//! Users of `anyhow` need nothing: it takes a denial as it takes every error, and gives it back.
#![deny(warnings)]

use anyhow::Context as _;
use approvals::{Denied, requires_approval};
use ui::both;

#[requires_approval(action = "rows.count", summary = "Count {text}")]
pub async fn count(text: &str) -> anyhow::Result<u64> {
    let number: u64 = text.parse().context("this is no number")?;
    anyhow::ensure!(number < 1_000, "{number} is too many");
    Ok(number)
}

pub async fn agent(text: &str) -> anyhow::Result<u64> {
    Ok(count(text).await? + 1)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || agent("412").await).await;
    assert_eq!(ran.unwrap(), 413);
    let denied = denied.unwrap_err().downcast::<Denied>().unwrap();
    assert!(matches!(denied, Denied::Rejected { .. }));

    let (ran, _) = both(async || agent("many").await).await;
    assert_eq!(ran.unwrap_err().to_string(), "this is no number");
    let (ran, _) = both(async || agent("1000").await).await;
    assert_eq!(ran.unwrap_err().to_string(), "1000 is too many");
}
