//! Waiting for what others do.

use std::time::Duration;

/// Lets some seconds pass.
pub async fn pause(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// What there is to be found, if that becomes so within some seconds.
pub async fn found<T>(seconds: u64, look: impl AsyncFn() -> Option<T>) -> Option<T> {
    for _ in 0..seconds.saturating_mul(20) {
        let found = look().await;
        if found.is_some() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

/// Whether that becomes so within some seconds.
pub async fn within(seconds: u64, is_so: impl AsyncFn() -> bool) -> bool {
    found(seconds, async || is_so().await.then_some(())).await.is_some()
}
