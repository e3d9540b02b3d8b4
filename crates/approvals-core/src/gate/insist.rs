//! Patience with a ledger that is away.

use std::time::Duration;

use super::journal::StepError;
use crate::action::id::RequestId;
use crate::record::ledger::LedgerError;

/// How often others are looked for: decisions made in another process ring no bell here.
pub(super) const POLL: Duration = Duration::from_millis(250);

/// The longest pause before a ledger that is away is tried again.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Tries again as long as the ledger is away: people are to see the request once it is back, and what became of it.
pub(super) async fn insist<T, F: Future<Output = Result<T, StepError>>>(
    request: RequestId,
    attempt: impl Fn() -> F,
) -> Result<T, StepError> {
    let mut pause = POLL;
    loop {
        match attempt().await {
            Err(StepError::Ledger(
                error @ (LedgerError::Unavailable(_) | LedgerError::Unknown(_)),
            )) => {
                tracing::warn!(%request, error = &error as &dyn std::error::Error, "the ledger is away, so a request waits");
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(MAX_PAUSE);
            }
            done => return done,
        }
    }
}
