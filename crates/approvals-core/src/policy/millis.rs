//! Durations as whole milliseconds, for serde.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

fn whole(span: Duration) -> u64 {
    // No more than I-JSON can carry (RFC 7493): 285 thousand years.
    const MOST: u64 = (1 << 53) - 1;
    u64::try_from(span.as_millis()).unwrap_or(MOST).min(MOST)
}

pub(crate) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(whole(*span))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    u64::deserialize(from).map(Duration::from_millis)
}

/// The same for some.
pub(crate) mod each {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(spans: &[Duration], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(spans.iter().map(|span| super::whole(*span)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Duration>, D::Error> {
        let spans = Vec::<u64>::deserialize(from)?;
        Ok(spans.into_iter().map(Duration::from_millis).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spans(#[serde(with = "super")] Duration, #[serde(with = "super::each")] Vec<Duration>);

    #[test]
    fn spans_are_whole_milliseconds_and_no_more_than_json_can_carry() {
        let second = Duration::from_secs(1);
        let spans = Spans(second + Duration::from_micros(999), vec![second * 2, Duration::MAX]);
        let text = serde_json::to_string(&spans).unwrap();
        assert_eq!(text, "[1000,[2000,9007199254740991]]");
        let most = Duration::from_millis(9_007_199_254_740_991);
        let back: Spans = serde_json::from_str(&text).unwrap();
        assert_eq!(back, Spans(second, vec![second * 2, most]));
    }
}
