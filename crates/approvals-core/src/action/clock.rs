//! Time: asked for in one place, so that tests own it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, UTC.
///
/// Wall time is a claim, not an order: events are ordered by their index in the log.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Timestamp;
/// use std::time::Duration;
///
/// let asked: Timestamp = "2030-01-01T12:00:00Z".parse()?;
/// let due = asked.after(Duration::from_secs(30 * 60));
/// assert_eq!(due.to_string(), "2030-01-01T12:30:00.000Z");
/// assert_eq!(asked.until(due), Duration::from_secs(30 * 60));
/// assert_eq!(due.until(asked), Duration::ZERO);
/// # Ok::<(), approvals::TimeError>(())
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A moment from milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// This moment and `span` more; the end of time instead of overflow.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long from this moment `until` the other; zero if that has passed.
    #[must_use]
    pub fn until(self, other: Self) -> Duration {
        Duration::from_millis(u64::try_from(other.0.saturating_sub(self.0)).unwrap_or_default())
    }
}

/// RFC 3339 with milliseconds, UTC.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A text that is no moment.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Timestamp;
///
/// let error = "2026-01-31".parse::<Timestamp>().unwrap_err();
/// assert_eq!(error.to_string(), "this is no moment; write it like `2026-01-31T08:00:00Z` (RFC 3339)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no moment; write it like `2026-01-31T08:00:00Z` (RFC 3339)")]
#[non_exhaustive]
pub struct TimeError;

/// RFC 3339, to the millisecond: what is finer is cut off.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Timestamp;
///
/// let noon: Timestamp = "2030-01-01T13:00:00+01:00".parse()?;
/// assert_eq!(noon.to_string(), "2030-01-01T12:00:00.000Z");
/// # Ok::<(), approvals_core::TimeError>(())
/// ```
impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let plain = |byte: u8| byte.is_ascii_digit() || b"-:.TZ+".contains(&byte);
        let moment = Some(text).filter(|text| text.bytes().all(plain));
        let moment = moment.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        moment.map(|moment| Self(moment.as_millisecond())).ok_or(TimeError)
    }
}

/// What time it is.
///
/// Duties: return the current time of this host. It need not be monotonic: no state is ever reopened
/// by a clock that steps back, since a request never takes a time earlier than its last event's.
/// Contract: never blocks, never fails, any thread.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Clock, Timestamp};
///
/// /// Always noon of the first of January 2030.
/// #[derive(Debug)]
/// struct Stopped;
///
/// impl Clock for Stopped {
///     fn now(&self) -> Timestamp {
///         Timestamp::from_millis(1_893_499_200_000)
///     }
/// }
///
/// assert_eq!(Stopped.now().to_string(), "2030-01-01T12:00:00.000Z");
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// The current time of this host.
    fn now(&self) -> Timestamp;
}

/// A shared clock is a clock.
impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

/// The clock of the operating system.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Clock, SystemClock};
///
/// let now = SystemClock::default().now();
/// assert!(now > "2025-01-01T00:00:00Z".parse()?);
/// # Ok::<(), approvals::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}
