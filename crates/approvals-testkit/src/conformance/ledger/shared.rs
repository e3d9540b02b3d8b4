//! What holds between several handles on one store.

use std::sync::Arc;

use approvals_core::{Ledger, LedgerError};
use tokio::task::JoinSet;

use super::sample::{RACERS, append, entries, history, id};

/// Appends survive their handle.
pub async fn what_was_appended_is_there_after_reopening(open: impl AsyncFn() -> Arc<dyn Ledger>) {
    let request = Some(id(900));
    let first = open().await;
    append(&first, request, 0, 3).await.expect("nothing is in the way");
    let before = (entries(&first).await, first.head().await.expect("there is a head"));
    drop(first);
    let again = open().await;
    let after = (entries(&again).await, again.head().await.expect("there is a head"));
    assert_eq!(before, after);
    let stale = append(&again, request, 0, 1).await;
    assert!(matches!(stale, Err(LedgerError::Conflict)), "the count survives too: {stale:?}");
    append(&again, request, 3, 1).await.expect("a reopened ledger goes on");
}

/// Reads see every append that has returned, through whichever handle.
pub async fn handles_see_each_others_appends(one: Arc<dyn Ledger>, other: Arc<dyn Ledger>) {
    let request = Some(id(901));
    for round in 0..10 {
        let (writer, reader) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let appended = append(writer, request, round, 1).await.expect("nothing is in the way");
        let seen = history(reader, request).await;
        assert_eq!(seen.last().map(|entry| entry.index), Some(appended.first));
        assert_eq!(reader.head().await.expect("there is a head"), appended.head);
        let stale = append(reader, request, round, 1).await;
        assert!(matches!(stale, Err(LedgerError::Conflict)), "{stale:?}");
    }
}

/// The same, when the racers come through two handles.
pub async fn across_handles_exactly_one_of_racing_appends_wins(
    one: Arc<dyn Ledger>,
    other: Arc<dyn Ledger>,
) {
    for n in [1001, 1002, 1003, 1004] {
        let request = Some(id(n));
        let mut racers = JoinSet::new();
        for n in 0..RACERS {
            let ledger = Arc::clone(if n % 2 == 0 { &one } else { &other });
            racers.spawn(async move { append(&ledger, request, 0, 2).await });
        }
        let mut winners = 0_usize;
        for result in racers.join_all().await {
            match result {
                Err(LedgerError::Conflict) => {}
                Ok(_) => winners = winners.saturating_add(1),
                refused => drop(refused.expect("a racer gets a place or a conflict")),
            }
        }
        assert_eq!(winners, 1, "exactly one racer wins");
        assert_eq!(history(&one, request).await.len(), 2, "the loser's entries are not stored");
        assert_eq!(history(&other, request).await.len(), 2, "the loser's entries are not stored");
    }
}
