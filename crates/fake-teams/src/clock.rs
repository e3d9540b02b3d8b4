//! What time it is, as Microsoft tells it.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// Since 1970.
#[expect(clippy::disallowed_methods, reason = "nobody injects a clock into Teams")]
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// As in activities: `2026-11-23T04:31:46.123Z`.
pub(crate) fn timestamp(at: Duration) -> String {
    format!("{}Z", local(at))
}

/// The same without the zone.
pub(crate) fn local(at: Duration) -> String {
    let millis = i64::try_from(at.as_millis()).expect("it is not that late");
    let at = Timestamp::from_millisecond(millis).expect("it is not that late");
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

/// As in the errors of the login: `2026-11-23 04:31:46Z`.
pub(crate) fn spaced(at: Duration) -> String {
    let at = Timestamp::from_second(i64::try_from(at.as_secs()).expect("it is not that late"));
    at.expect("it is not that late").strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
