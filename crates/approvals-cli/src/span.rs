//! Times as people write and read them.

use std::str::FromStr;
use std::time::Duration;

use approvals_core::Timestamp;

/// From when on: a moment, or so long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    At(Timestamp),
    Ago(Duration),
}

impl Since {
    /// The moment, as of `now`.
    pub(crate) fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::Ago(span) => {
                let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
                Timestamp::from_millis(now.as_millis().saturating_sub(span))
            }
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(moment) = text.parse() {
            return Ok(Self::At(moment));
        }
        let ago = read(text).map(Self::Ago);
        ago.ok_or("write a moment such as 2026-01-31T08:00:00Z, or a time such as 24h")
    }
}

/// So long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).map(Self).ok_or("write a time such as 90m or 24h")
    }
}

fn read(text: &str) -> Option<Duration> {
    let units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    units.iter().find_map(|(unit, seconds)| {
        let count: u32 = text.strip_suffix(*unit)?.parse().ok()?;
        Some(Duration::from_secs(u64::from(count).saturating_mul(*seconds)))
    })
}

/// A time in the units that it is made of.
pub(crate) fn words(span: Duration) -> String {
    if span.is_zero() {
        return "0s".to_owned();
    }
    let (seconds, millis) = (span.as_secs(), u64::from(span.subsec_millis()));
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "m"),
        (seconds % 60, "s"),
        (millis, "ms"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, unit)| format!("{count}{unit}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_its_units() {
        let told = [0, 90, 1800, 86_400, 90_061].map(|span| words(Duration::from_secs(span)));
        assert_eq!(told, ["0s", "1m 30s", "30m", "1d", "1d 1h 1m 1s"]);
        assert_eq!(words(Duration::from_millis(1250)), "1s 250ms");
    }

    #[test]
    fn since_is_a_moment_or_a_time_ago_and_nothing_else() {
        let now = Timestamp::from_millis(100_000_000);
        let before = |text: &str| text.parse::<Since>().map(|since| since.before(now).as_millis());
        assert_eq!(before("1970-01-01T00:00:07Z"), Ok(7000));
        assert_eq!((before("10s"), before("1d")), (Ok(99_990_000), Ok(13_600_000)));
        for text in ["", "d", "-1d", "1w", "yesterday", "99999999999d", "1.5h"] {
            assert!(before(text).is_err(), "{text}");
        }
    }
}
