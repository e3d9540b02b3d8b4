//! What holds between several sinks on one destination.

use approvals_core::AuditSink as _;

use super::Receiving;
use super::sample::{check, feed, log};

/// The sink goes on where it was, also if its last delivery was cut off.
pub async fn what_was_taken_is_there_after_reopening<R: Receiving>(open: impl AsyncFn() -> R) {
    let log = log(20);
    let first = open().await;
    feed(&*first.sink(), log.get(..8).unwrap_or_default(), 3).await.expect("nothing is in the way");
    drop(first);
    let again = open().await;
    let next = again.sink().next().await.expect("it can be asked");
    assert_eq!(next, 8, "it goes on where it was");
    check(&again, &log, 8).await;
    feed(&*again.sink(), &log, 5).await.expect("nothing is in the way");
    check(&again, &log, log.len()).await;
}

/// Nor does one of them lose what the other has delivered. What the destination has already is the beginning
/// of the same log.
pub async fn two_gates_that_feed_one_destination_leave_no_gap(
    one: impl Receiving,
    other: impl Receiving,
) {
    let log = log(60);
    let (one_sink, other_sink) = (one.sink(), other.sink());
    for upto in [30, 45, 60] {
        let log = log.get(..upto).unwrap_or_default();
        let (first, second) = tokio::join!(feed(&*one_sink, log, 4), feed(&*other_sink, log, 7));
        first.expect("nothing is in the way");
        second.expect("nothing is in the way");
        check(&one, log, log.len()).await;
        check(&other, log, log.len()).await;
    }
}
