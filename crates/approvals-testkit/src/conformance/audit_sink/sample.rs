//! A log to deliver, fed as a gate feeds it, and what is asked of a destination.

use std::collections::BTreeMap;

use approvals_core::{AuditSink, Entry, SinkError};

use super::Receiving;

/// A whole log: events of all lengths, with text that has to be quoted somewhere.
pub(super) fn log(entries: u64) -> Vec<Entry> {
    (0..entries).map(entry).collect()
}

pub(super) fn entry(index: u64) -> Entry {
    let times = usize::try_from(index % 7).unwrap_or(0).saturating_mul(90);
    let text = "\\n\\u202e'\\\" <b>".repeat(times);
    let request = format!("00000000-0000-8000-8000-{:012x}", index / 3);
    Entry {
        index,
        request: (!index.is_multiple_of(3)).then(|| request.parse().expect("this is a UUID")),
        bytes: format!(r#"{{"n":{index},"text":"{text}"}}"#).into_bytes(),
        attachments: Vec::new(),
    }
}

/// Gives the sink what it wants next, until it has everything or fails.
pub(super) async fn feed(
    sink: &dyn AuditSink,
    log: &[Entry],
    batch: usize,
) -> Result<(), SinkError> {
    // A sink that never moves on would be fed for ever.
    for _ in 0..log.len().saturating_add(1) {
        let next = usize::try_from(sink.next().await?).unwrap_or(usize::MAX);
        let rest = log.get(next..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        sink.deliver(rest.get(..batch.min(rest.len())).unwrap_or_default()).await?;
    }
    Ok(())
}

/// The first `count` entries of the log have arrived: all of them, unchanged, in order.
pub(super) async fn check(receiving: &impl Receiving, log: &[Entry], count: usize) {
    let received = receiving.received().await;
    let mut known: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for (index, bytes) in received {
        let next = u64::try_from(known.len()).unwrap_or(u64::MAX);
        let first = known.entry(index).or_insert_with(|| bytes.clone());
        assert_eq!(*first, bytes, "entry {index} came again as another");
        assert!(index <= next, "entry {next} is missing before entry {index}");
    }
    assert_eq!(known.len(), count, "so many entries have arrived");
    for (entry, (index, bytes)) in log.iter().zip(&known) {
        assert_eq!((entry.index, &entry.bytes), (*index, bytes), "entries arrive unchanged");
    }
}
