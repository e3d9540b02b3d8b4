//! What the reading methods of [`Ledger`] promise, and what comes back.

use std::sync::Arc;

use approvals_core::{
    Append, Attachment, Digest, Entry, Ledger, LedgerError, MAX_ATTACHMENT, NewEntry,
};
use approvals_log::Vkey;

use super::sample::{append, check_head, entries, event, history, id};

/// An empty log has a head too, signed and of size 0.
pub async fn a_new_ledger_is_empty_and_signed(ledger: Arc<dyn Ledger>, vkey: &Vkey) {
    let head = ledger.head().await.expect("a new ledger has a head");
    assert_eq!(head.checkpoint.size(), 0, "a new ledger has no entries");
    check_head(&head, &[], vkey);
    assert_eq!(entries(&ledger).await, [], "a new ledger has no entries");
    assert_eq!(history(&ledger, Some(id(1))).await, []);
    assert_eq!(history(&ledger, None).await, []);
}

/// A request's history is the log, filtered.
pub async fn histories_and_entries_agree(ledger: Arc<dyn Ledger>) {
    let requests = [Some(id(1)), None, Some(id(2))];
    for round in 0..4 {
        for request in requests {
            append(&ledger, request, round, 1).await.expect("nothing is in the way");
        }
    }
    let log = entries(&ledger).await;
    for request in requests {
        let filtered: Vec<Entry> = log.iter().filter(|it| it.request == request).cloned().collect();
        assert_eq!(filtered.len(), 4);
        assert_eq!(history(&ledger, request).await, filtered);
    }
}

/// Reading page by page gives the same as reading at once; there is nothing after the end.
pub async fn pages_of_entries_join_without_a_gap(ledger: Arc<dyn Ledger>) {
    append(&ledger, None, 0, 7).await.expect("nothing is in the way");
    let log = entries(&ledger).await;
    for size in [1, 2, 3, 7, 100] {
        let mut joined = Vec::new();
        loop {
            let from = u64::try_from(joined.len()).expect("a small number");
            let page = ledger.entries(from, size).await.expect("the log can be read");
            assert!(page.len() <= size, "a page is not longer than asked for");
            if page.is_empty() {
                break;
            }
            joined.extend(page);
        }
        assert_eq!(joined, log);
    }
    for (from, limit) in [(7, 1), (8, 1), (u64::MAX, usize::MAX), (0, 0)] {
        let page = ledger.entries(from, limit).await.expect("reading beyond the end is no error");
        assert_eq!(page, [], "from {from}, {limit} entries");
    }
    assert_eq!(ledger.entries(5, usize::MAX).await.expect("the log can be read").len(), 2);
}

/// Each head is signed by the log's key, and its root is the one of all entries up to it. The newest head is
/// at least as new as any that was given out.
pub async fn every_head_covers_what_was_appended(ledger: Arc<dyn Ledger>, vkey: &Vkey) {
    let request = Some(id(77));
    let mut heads = vec![ledger.head().await.expect("there is a head")];
    for round in 0..5 {
        let appended = append(&ledger, request, round, 1).await.expect("nothing is in the way");
        let size = appended.head.checkpoint.size();
        assert!(appended.first < size, "the head covers the entry");
        heads.push(appended.head);
        let newest = ledger.head().await.expect("there is a head");
        assert!(newest.checkpoint.size() >= size, "the newest head is not older than an append's");
        heads.push(newest);
    }
    let log = entries(&ledger).await;
    for head in heads {
        let size = usize::try_from(head.checkpoint.size()).expect("a small number");
        check_head(&head, log.get(..size).expect("a head covers only what there is"), vkey);
    }
}

/// Attachments stay with their entry, in order, byte for byte, and with their mark.
pub async fn attachments_come_back_as_they_were(ledger: Arc<dyn Ledger>) {
    let request = Some(id(1));
    let beside = |bytes: Vec<u8>, erasable| {
        let digest = Digest::of("conformance", &bytes);
        Attachment { digest, bytes, erasable }
    };
    let all = [
        vec![beside(vec![0, 255, 10, 13], false), beside(vec![], true)],
        vec![],
        // The same bytes again, and the largest that there may be.
        vec![beside(vec![0, 255, 10, 13], true), beside(vec![7; MAX_ATTACHMENT], false)],
    ];
    let new = |(n, attachments): (u64, &Vec<Attachment>)| NewEntry {
        bytes: event(request, n),
        attachments: attachments.clone(),
    };
    let appended = Append {
        request,
        expected: 0,
        log_expected: None,
        entries: (0..).zip(&all).map(new).collect(),
    };
    ledger.append(appended).await.expect("nothing is in the way");
    for found in [history(&ledger, request).await, entries(&ledger).await] {
        assert_eq!(found.into_iter().map(|entry| entry.attachments).collect::<Vec<_>>(), all);
    }

    let large = NewEntry {
        bytes: event(request, 3),
        attachments: vec![beside(vec![7; MAX_ATTACHMENT + 1], false)],
    };
    let refused = ledger
        .append(Append { request, expected: 3, log_expected: None, entries: vec![large] })
        .await;
    assert!(matches!(refused, Err(LedgerError::TooLarge { .. })), "{refused:?}");
    assert_eq!(history(&ledger, request).await.len(), 3, "nothing of a refused append is stored");
}

/// A ledger does not interpret bytes: not their encoding, not their end.
pub async fn bytes_come_back_as_they_were(ledger: Arc<dyn Ledger>) {
    let all: Vec<Vec<u8>> = vec![
        vec![],
        vec![0],
        vec![0, 0],
        vec![255, 254],
        b"a\r\nb\n".to_vec(),
        (0..=255).collect(),
    ];
    let new = |bytes: &Vec<u8>| NewEntry { bytes: bytes.clone(), attachments: vec![] };
    let append = Append {
        request: None,
        expected: 0,
        log_expected: None,
        entries: all.iter().map(new).collect(),
    };
    ledger.append(append).await.expect("nothing is in the way");
    let stored = entries(&ledger).await;
    assert_eq!(stored.into_iter().map(|entry| entry.bytes).collect::<Vec<_>>(), all);
}
