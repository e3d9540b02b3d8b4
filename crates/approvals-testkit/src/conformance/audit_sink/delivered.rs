//! What [`AuditSink::deliver`](approvals_core::AuditSink::deliver) promises.

use std::future::poll_fn;
use std::task::Poll;

use approvals_core::AuditSink as _;

use super::Receiving;
use super::sample::{check, feed, log};

/// Which has the index 0.
pub async fn a_new_sink_wants_the_first_entry(receiving: impl Receiving) {
    assert_eq!(receiving.sink().next().await.expect("it can be asked"), 0);
    check(&receiving, &[], 0).await;
}

/// Whether they come one by one or many at a time.
pub async fn entries_are_received_in_order_and_unchanged(receiving: impl Receiving) {
    let log = log(300);
    for (upto, batch) in [(1, 1), (2, 1), (9, 3), (300, 256)] {
        let log = log.get(..upto).unwrap_or_default();
        feed(&*receiving.sink(), log, batch).await.expect("nothing is in the way");
        check(&receiving, log, upto).await;
    }
}

/// After each delivery that has returned.
pub async fn next_moves_over_what_was_taken_and_no_further(receiving: impl Receiving) {
    let (log, sink) = (log(12), receiving.sink());
    let mut taken = 0;
    for batch in log.chunks(5) {
        let next = sink.next().await.expect("it can be asked");
        assert_eq!(next, taken, "asking moves nothing");
        sink.deliver(batch).await.expect("nothing is in the way");
        taken = batch.last().map_or(taken, |entry| entry.index.saturating_add(1));
        let next = sink.next().await.expect("it can be asked");
        assert_eq!(next, taken, "it wants what follows on what it has taken");
    }
    check(&receiving, &log, log.len()).await;
}

/// After a crash, or from another gate: it is told by its index, and taken or passed over.
pub async fn an_entry_that_comes_again_is_the_same_entry(receiving: impl Receiving) {
    let (log, sink) = (log(12), receiving.sink());
    for range in [0..5, 0..5, 0..3, 2..7] {
        let again = log.get(range).unwrap_or_default();
        sink.deliver(again).await.expect("what comes again is no error");
    }
    feed(&*sink, &log, 4).await.expect("nothing is in the way");
    check(&receiving, &log, log.len()).await;
}

/// What was offered is offered again from [`next`](approvals_core::AuditSink::next) on, so that must not move
/// over what was not taken.
pub async fn an_error_loses_nothing(receiving: impl Receiving) {
    let (log, sink) = (log(30), receiving.sink());
    feed(&*sink, log.get(..7).unwrap_or_default(), 3).await.expect("nothing is in the way");
    for _ in 0..3 {
        receiving.set_broken(true).await;
        let failed = feed(&*sink, &log, 4).await;
        assert!(failed.is_err(), "a delivery that has failed says so");
        receiving.set_broken(false).await;
        let next = sink.next().await.expect("it can be asked again");
        let next = usize::try_from(next).unwrap_or(usize::MAX);
        let before = log.get(..next).expect("it wants an entry of this log");
        let received = receiving.received().await;
        for entry in before {
            let is_there = received.iter().any(|(index, _)| *index == entry.index);
            assert!(is_there, "`next` has moved over entry {}, which was not taken", entry.index);
        }
    }
    feed(&*sink, &log, 4).await.expect("it is whole again");
    check(&receiving, &log, log.len()).await;
}

/// A gate that stops waiting leaves open what was taken, and goes on from
/// [`next`](approvals_core::AuditSink::next).
pub async fn a_dropped_delivery_loses_nothing(receiving: impl Receiving) {
    let (log, sink) = (log(40), receiving.sink());
    for polls in 0..8_usize {
        let next = sink.next().await.expect("it can be asked");
        let rest = log.get(usize::try_from(next).unwrap_or(usize::MAX)..).unwrap_or_default();
        let mut dropped = Box::pin(sink.deliver(rest.get(..3).unwrap_or(rest)));
        // Polled a few times, or not at all, and then dropped.
        for _ in 0..polls % 4 {
            let poll_once =
                poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context).is_ready()));
            if poll_once.await {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(dropped);
    }
    feed(&*sink, &log, 4).await.expect("the sink goes on");
    check(&receiving, &log, log.len()).await;
}
