//! Requests and events to append, and what is asked of every head.

use std::sync::Arc;

use approvals_core::{
    Append, Appended, Entry, Ledger, LedgerError, NewEntry, RequestId, SignedHead,
};
use approvals_log::{Checkpoint, SignedNote, Vkey, leaf_hash, root_of};

/// How many callers race.
pub(super) const RACERS: usize = 64;

pub(super) fn id(n: usize) -> RequestId {
    format!("00000000-0000-8000-8000-{n:012x}").parse().expect("this is a UUID")
}

/// Bytes as events have them: an object that names its request.
pub(super) fn event(request: Option<RequestId>, n: u64) -> Vec<u8> {
    match request {
        Some(request) => format!(r#"{{"n":{n},"request":"{request}"}}"#).into_bytes(),
        None => format!(r#"{{"n":{n},"request":null}}"#).into_bytes(),
    }
}

pub(super) async fn append(
    ledger: &Arc<dyn Ledger>,
    request: Option<RequestId>,
    expected: u64,
    count: u64,
) -> Result<Appended, LedgerError> {
    let new = |n| NewEntry { bytes: event(request, n), attachments: vec![] };
    let entries = (0..count).map(|n| new(expected.saturating_add(n))).collect();
    ledger.append(Append { request, expected, log_expected: None, entries }).await
}

pub(super) async fn entries(ledger: &Arc<dyn Ledger>) -> Vec<Entry> {
    ledger.entries(0, usize::MAX).await.expect("the log can be read")
}

pub(super) async fn history(ledger: &Arc<dyn Ledger>, of: Option<RequestId>) -> Vec<Entry> {
    ledger.history(of).await.expect("a history can be read")
}

/// The head must be of these entries and signed by the log's key, and the note must say the same.
pub(super) fn check_head(head: &SignedHead, covered: &[Entry], vkey: &Vkey) {
    let note = SignedNote::parse(&head.note).expect("the head's note can be parsed");
    let signed = Checkpoint::open(&note, vkey).expect("the head is signed by the log's key");
    assert_eq!(signed, head.checkpoint, "the note is about this head");
    assert_eq!(usize::try_from(signed.size()), Ok(covered.len()), "the head counts the entries");
    let root = root_of(covered.iter().map(|entry| leaf_hash(&entry.bytes)));
    assert_eq!(signed.root(), root, "the head's root is that of the entries");
}
