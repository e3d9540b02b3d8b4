//! The questions of an open ledger. Each is answered from one snapshot, and held against what is [`Known`]:
//! what is not under a signed head is never given out.

use approvals_core::{Entry, LedgerError, RequestId, SignedHead};
use rusqlite::{Connection, Transaction, params};

use crate::event::{COLUMNS, Event};
use crate::known::{Known, SharedKnown};
use crate::part::{Comparison, Part};
use crate::read::{self, unavailable};

/// All events of one request, or the log's own.
pub(crate) fn history(
    conn: &Connection,
    known: &SharedKnown,
    of: Option<RequestId>,
) -> Result<Vec<Entry>, LedgerError> {
    let (snapshot, stream) = snapshot(conn, known, |known| known.stream(Part::Of(of)))?;
    let mut comparison = Comparison::new(stream, 0);
    let check = |event: &Event<'_>| comparison.take(event.index, &event.leaf);
    let entries = read::history(&snapshot, of, check)?;
    comparison.finish()?;
    Ok(entries)
}

/// Up to `limit` events from index `from` on. The pages that they are in are read to their ends.
pub(crate) fn entries(
    conn: &Connection,
    known: &SharedKnown,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, LedgerError> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let (snapshot, (wanted, pages)) = snapshot(conn, known, |known| {
        let wanted = from..from.saturating_add(limit).min(known.head().size());
        let pages: Vec<_> = Part::pages(wanted.clone())
            .map(|(part, indexes)| (known.stream(part), indexes))
            .collect();
        (wanted, pages)
    })?;
    let sql = format!("SELECT {COLUMNS} FROM event WHERE idx >= ?1 AND idx < ?2 ORDER BY idx");
    let mut query = snapshot.prepare(&sql).map_err(unavailable)?;
    let mut entries = Vec::new();
    for (stream, indexes) in pages {
        let bound = |index| i64::try_from(index).map_err(unavailable);
        let rows = query.query(params![bound(indexes.start)?, bound(indexes.end)?]);
        let (mut next, mut comparison) = (indexes.start, Comparison::new(stream, indexes.start));
        let page = read::collect(&snapshot, rows.map_err(unavailable)?, |row| {
            let event = Event::read(row, next)?;
            next = next.saturating_add(1);
            event.check()?;
            comparison.take(event.index, &event.leaf)?;
            Ok(wanted.contains(&event.index).then_some(event))
        })?;
        comparison.finish()?;
        entries.extend(page);
    }
    Ok(entries)
}

/// The newest signed head.
pub(crate) fn head(conn: &Connection, known: &SharedKnown) -> Result<SignedHead, LedgerError> {
    let (_snapshot, head) = snapshot(conn, known, |known| known.head().signed.clone())?;
    Ok(head)
}

/// Begins a snapshot, and asks what is known of the log as it is there.
fn snapshot<'c, T>(
    conn: &'c Connection,
    known: &SharedKnown,
    ask: impl FnOnce(&Known) -> T,
) -> Result<(Transaction<'c>, T), LedgerError> {
    // Locked before the snapshot begins, so that what is known is not already ahead of it.
    let mut known = known.lock();
    let snapshot = conn.unchecked_transaction().map_err(unavailable)?;
    known.follow(&snapshot)?;
    let answer = ask(&known);
    Ok((snapshot, answer))
}
