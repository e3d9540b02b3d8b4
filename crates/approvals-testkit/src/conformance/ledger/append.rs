//! What [`Ledger::append`] promises.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use approvals_core::{Append, Ledger, LedgerError, NewEntry};
use approvals_log::{MAX_ENTRY, Vkey};
use tokio::task::JoinSet;

use super::sample::{RACERS, append, check_head, entries, event, history, id};
use super::shared::across_handles_exactly_one_of_racing_appends_wins;

/// Indices start at 0, have no gaps, and grow from append to append, whichever request they are for.
pub async fn entries_get_consecutive_indices(ledger: Arc<dyn Ledger>) {
    let (a, b) = (Some(id(1)), Some(id(2)));
    let plan = [(a, 0, 1), (b, 0, 2), (None, 0, 1), (a, 1, 3), (None, 1, 2)];
    let mut next = 0;
    for (request, expected, count) in plan {
        let appended =
            append(&ledger, request, expected, count).await.expect("nothing is in the way");
        assert_eq!(
            appended.first, next,
            "the first index of an append is the size of the log before"
        );
        next = next.saturating_add(count);
        assert_eq!(appended.head.checkpoint.size(), next, "the head covers the append and no more");
    }
    let indices: Vec<u64> = entries(&ledger).await.iter().map(|entry| entry.index).collect();
    assert_eq!(indices, (0..next).collect::<Vec<_>>());
}

/// All entries of one append are stored, next to each other, in the order given.
pub async fn an_append_is_stored_whole_and_in_order(ledger: Arc<dyn Ledger>) {
    let request = Some(id(1));
    append(&ledger, request, 0, 5).await.expect("nothing is in the way");
    let stored = history(&ledger, request).await;
    let expected: Vec<Vec<u8>> = (0..5).map(|n| event(request, n)).collect();
    assert_eq!(stored.iter().map(|entry| entry.bytes.clone()).collect::<Vec<_>>(), expected);
    assert!(stored.iter().all(|entry| entry.request == request));
}

/// Too low and too high an expectation are both a conflict, for requests and for the log itself, and leave
/// everything as it was.
pub async fn an_unexpected_append_stores_nothing(ledger: Arc<dyn Ledger>) {
    for request in [Some(id(1)), None] {
        append(&ledger, request, 0, 2).await.expect("nothing is in the way");
        let before = (entries(&ledger).await, ledger.head().await.expect("there is a head"));
        for expected in [0, 1, 3, u64::MAX] {
            let refused = append(&ledger, request, expected, 2).await;
            assert!(
                matches!(refused, Err(LedgerError::Conflict)),
                "expected {expected}: {refused:?}"
            );
        }
        let unknown = append(&ledger, Some(id(9)), 1, 1).await;
        assert!(matches!(unknown, Err(LedgerError::Conflict)), "a new request has no entries");
        let after = (entries(&ledger).await, ledger.head().await.expect("there is a head"));
        assert_eq!(before, after, "a conflict stores nothing");
    }
}

/// An append that depends on the log itself is stored only while the log is as expected, whatever else holds.
pub async fn an_append_that_expects_another_log_stores_nothing(ledger: Arc<dyn Ledger>) {
    let request = Some(id(1));
    append(&ledger, None, 0, 2).await.expect("nothing is in the way");
    let new = |expected, log_expected| Append {
        request,
        expected,
        log_expected: Some(log_expected),
        entries: vec![NewEntry { bytes: event(request, expected), attachments: vec![] }],
    };
    for log in [0, 1, 3, u64::MAX] {
        let refused = ledger.append(new(0, log)).await;
        assert!(matches!(refused, Err(LedgerError::Conflict)), "log {log}: {refused:?}");
    }
    assert!(history(&ledger, request).await.is_empty(), "a conflict stores nothing");
    ledger.append(new(0, 2)).await.expect("the log is as expected");
    append(&ledger, None, 2, 1).await.expect("nothing is in the way");
    let refused = ledger.append(new(1, 2)).await;
    assert!(matches!(refused, Err(LedgerError::Conflict)), "the log has moved: {refused:?}");
    ledger.append(new(1, 3)).await.expect("the log is as expected");
}

/// The comparison that makes a grant single-use.
pub async fn of_racing_appends_exactly_one_wins(ledger: Arc<dyn Ledger>) {
    across_handles_exactly_one_of_racing_appends_wins(Arc::clone(&ledger), ledger).await;
}

/// Appends for different requests do not disturb each other, and nothing is lost or mixed.
pub async fn racing_requests_all_get_in(ledger: Arc<dyn Ledger>, vkey: &Vkey) {
    let mut racers = JoinSet::new();
    for n in 0..RACERS {
        let ledger = Arc::clone(&ledger);
        racers.spawn(async move {
            let request = Some(id(n));
            let first = append(&ledger, request, 0, 3).await.expect("nobody else has this request");
            let second =
                append(&ledger, request, 3, 1).await.expect("nobody else has this request");
            assert!(first.first < second.first, "a later append has higher indices");
            let found: Vec<u64> =
                history(&ledger, request).await.iter().map(|it| it.index).collect();
            let own: Vec<u64> = (first.first..).take(3).chain([second.first]).collect();
            assert_eq!(found, own, "the entries of one append stand next to each other");
        });
    }
    racers.join_all().await;
    let stored = entries(&ledger).await;
    let indices: BTreeSet<u64> = stored.iter().map(|entry| entry.index).collect();
    assert_eq!(indices.len(), RACERS * 4, "every entry has an index of its own");
    check_head(&ledger.head().await.expect("there is a head"), &stored, vkey);
}

/// The limit is a size that fits.
pub async fn an_entry_of_the_largest_size_is_stored(ledger: Arc<dyn Ledger>) {
    let bytes = vec![b'x'; MAX_ENTRY];
    let entries = vec![NewEntry { bytes: bytes.clone(), attachments: vec![] }];
    let request = Some(id(1));
    ledger
        .append(Append { request, expected: 0, log_expected: None, entries })
        .await
        .expect("it is not too large");
    assert_eq!(history(&ledger, request).await.first().map(|entry| &entry.bytes), Some(&bytes));
}

/// One byte more is refused, together with the entries beside it.
pub async fn a_larger_entry_is_refused_without_effect(ledger: Arc<dyn Ledger>) {
    let request = Some(id(1));
    let large = NewEntry { bytes: vec![b'x'; MAX_ENTRY + 1], attachments: vec![] };
    let small = NewEntry { bytes: event(request, 0), attachments: vec![] };
    let before = ledger.head().await.expect("there is a head");
    let refused = ledger
        .append(Append { request, expected: 0, log_expected: None, entries: vec![small, large] })
        .await;
    let size = MAX_ENTRY + 1;
    assert!(
        matches!(refused, Err(LedgerError::TooLarge { size: s, limit: MAX_ENTRY }) if s == size),
        "{refused:?}"
    );
    assert_eq!(entries(&ledger).await, [], "nothing of a refused append is stored");
    assert_eq!(ledger.head().await.expect("there is a head"), before);
    append(&ledger, request, 0, 1).await.expect("a refusal leaves the ledger usable");
}

/// There is nothing that such an append could mean.
pub async fn an_append_without_entries_is_refused(ledger: Arc<dyn Ledger>) {
    let request = Some(id(1));
    let before = ledger.head().await.expect("there is a head");
    let refused =
        ledger.append(Append { request, expected: 0, log_expected: None, entries: vec![] }).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(ledger.head().await.expect("there is a head"), before);
}

/// A caller that stops waiting leaves its append stored or not stored, whole either way, and the ledger
/// goes on.
pub async fn a_dropped_append_wedges_nothing(ledger: Arc<dyn Ledger>) {
    for n in 0..RACERS {
        let request = Some(id(n));
        let mut dropped = Box::pin(append(&ledger, request, 0, 2));
        // Polled a few times, or not at all, and then dropped.
        for _ in 0..n % 4 {
            let poll_once =
                poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context).is_ready()));
            if poll_once.await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(dropped);
    }
    // What came before has been decided once this is answered.
    append(&ledger, Some(id(5000)), 0, 1).await.expect("the ledger goes on");
    for n in 0..RACERS {
        let stored = history(&ledger, Some(id(n))).await.len();
        assert!(stored == 0 || stored == 2, "{stored} entries of an append of 2 are stored");
    }
}
