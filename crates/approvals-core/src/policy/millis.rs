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
