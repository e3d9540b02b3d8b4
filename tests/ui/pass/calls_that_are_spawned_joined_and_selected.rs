//! Gated futures go to other threads: `tokio::spawn`, `JoinSet` and `select!` take them.
#![deny(warnings)]

use std::time::Duration;

use approvals::{Denied, inherit, requires_approval};
use ui::both;
use tokio::task::JoinSet;

#[requires_approval(action = "s3.export", summary = "Export {bucket}")]
pub async fn export(bucket: String, rows: u64) -> Result<u64, Denied> {
    tokio::time::sleep(Duration::from_millis(rows)).await;
    Ok(rows + bucket.len() as u64)
}

async fn spawned() -> Result<u64, Denied> {
    tokio::spawn(inherit(export("spawned".to_owned(), 3))).await.unwrap()
}

async fn spawned_outside() -> Result<u64, Denied> {
    tokio::spawn(export("outside".to_owned(), 3)).await.unwrap()
}

async fn joined() -> Result<u64, Denied> {
    let mut calls = JoinSet::new();
    for rows in 0..4 {
        calls.spawn(inherit(export("joined".to_owned(), rows)));
    }
    let mut sum = 0;
    while let Some(call) = calls.join_next().await {
        sum += call.unwrap()?;
    }
    Ok(sum)
}

async fn selected() -> Result<u64, Denied> {
    tokio::select! {
        done = export("selected".to_owned(), 1) => done,
        () = std::future::pending() => Ok(0),
    }
}

async fn both_at_once() -> Result<u64, Denied> {
    let (one, two) = tokio::try_join!(export("a".to_owned(), 1), export("b".to_owned(), 2))?;
    Ok(one + two)
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let (ran, denied) = both(async || spawned().await).await;
    assert_eq!(ran, Ok(10));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (in_no_scope, _) = both(async || spawned_outside().await).await;
    assert_eq!(in_no_scope, Err(Denied::NoGate));

    let (ran, denied) = both(async || joined().await).await;
    assert_eq!(ran, Ok(30));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || selected().await).await;
    assert_eq!(ran, Ok(9));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || both_at_once().await).await;
    assert_eq!(ran, Ok(5));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
