//! What time it is, as Slack tells it.

use std::time::{Duration, SystemTime};

/// Since 1970.
#[expect(clippy::disallowed_methods, reason = "nobody injects a clock into Slack")]
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Seconds, a point, and six digits: how Slack writes times that are ids.
pub(crate) fn timestamp(at: Duration) -> String {
    format!("{}.{:06}", at.as_secs(), at.subsec_micros())
}
