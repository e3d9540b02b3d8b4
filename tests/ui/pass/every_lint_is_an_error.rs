//! The expansion raises no lint, not even those that are off by default.
#![deny(warnings, unused, nonstandard_style, let_underscore, missing_docs)]
#![deny(
    unused_qualifications,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    missing_debug_implementations
)]
#![deny(unused_import_braces, unused_lifetimes, trivial_casts, variant_size_differences)]
#![forbid(unsafe_code)]

use approvals::{Denied, requires_approval};

/// Does something.
///
/// # Errors
///
/// Denied.
#[requires_approval(action = "a", resource = "{name}", summary = "{_why}", redact(token))]
#[must_use]
pub async fn act(
    name: &str,
    (mut from, until): (u64, u64),
    mut token: String,
    _why: &str,
    _unused: u8,
) -> Result<u64, Denied> {
    token.push('.');
    from = from.saturating_add(u64::try_from(token.len().max(name.len())).unwrap_or(0));
    Ok(until.saturating_sub(from))
}

/// Only shown, never read.
#[requires_approval(action = "a", summary = "{reason}")]
pub async fn shown_only(reason: &str) -> Result<(), Denied> {
    Ok(())
}

/// Uses them.
pub fn main() {
    drop(act("name", (1, 2), String::new(), "why", 0));
    drop(shown_only("why"));
}
