//! `#[must_use]`, `#[deprecated]`, `#[cfg]`, documentation and lints say what they said before, above the attribute and
//! below it.
#![deny(warnings, missing_docs)]

use approvals::{Denied, requires_approval};
use ui::both;

fn zero(_why: Denied) -> u64 {
    0
}

/// Counts.
#[must_use = "it was asked for"]
#[requires_approval(action = "rows.count", on_denied = zero)]
pub async fn used_above(rows: u64) -> u64 {
    rows
}

#[requires_approval(action = "rows.count", on_denied = zero)]
/// Counts.
#[must_use = "it was asked for"]
pub async fn used_below(rows: u64) -> u64 {
    rows
}

/// Counts as one did.
#[deprecated = "count otherwise"]
#[requires_approval(action = "rows.count")]
#[inline]
#[doc(hidden)]
pub async fn old(rows: u64) -> Result<u64, Denied> {
    Ok(rows)
}

#[cfg(not(any()))]
#[requires_approval(action = "rows.count")]
async fn one_of_two(rows: u64) -> Result<u64, Denied> {
    Ok(rows)
}

#[cfg(any())]
#[requires_approval(action = "rows.count")]
async fn one_of_two(rows: u64) -> Result<u64, NoSuchError> {
    nothing(rows)
}

#[requires_approval(action = "rows.count")]
#[cfg(any())]
async fn nowhere(rows: u64) -> Result<u64, NoSuchError> {
    nothing(rows)
}

#[requires_approval(action = "rows.count")]
#[allow(unused_variables, non_snake_case)]
async fn quiet(rows: u64, PER_ROW: u64) -> Result<u64, Denied> {
    #![allow(unused_mut)]
    let mut unused = 1;
    #[cfg(any())]
    return Err(Denied::NoSuchVariant);
    #[allow(clippy::needless_return)]
    return Ok(rows);
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let seen = both(async || {
        #[expect(unused_must_use)]
        {
            used_above(412).await;
            used_below(412).await;
        }
        (used_above(412).await, used_below(412).await)
    });
    assert_eq!(seen.await, ((412, 412), (0, 0)));

    #[expect(deprecated)]
    let (ran, denied) = both(async || old(412).await).await;
    assert_eq!(ran, Ok(412));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || one_of_two(412).await).await;
    assert_eq!(ran, Ok(412));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || quiet(412, 1).await).await;
    assert_eq!(ran, Ok(412));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
