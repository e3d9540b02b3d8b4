//! Questions to the file. Each is answered from one snapshot, since its first statement stays open until the
//! end, and each event is checked against itself.

use approvals_core::{Attachment, Entry, LedgerError, RequestId, SignedHead};
use approvals_log::Vkey;
use rusqlite::{Connection, Rows, Statement, params};

use crate::error::Damage;
use crate::event::{COLUMNS, Event, request_column};
use crate::head::{Head, open_note};

/// All events of one request, or the log's own; each is shown to `check`.
pub(crate) fn history(
    conn: &Connection,
    of: Option<RequestId>,
    mut check: impl FnMut(&Event<'_>) -> Result<(), Damage>,
) -> Result<Vec<Entry>, LedgerError> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE request = ?1 ORDER BY seq");
    let mut query = conn.prepare(&sql).map_err(unavailable)?;
    let rows = query.query([request_column(of)]).map_err(unavailable)?;
    let mut next_seq = 0_u64;
    collect(conn, rows, |row| {
        let index = row.get::<_, i64>(0).ok().and_then(|index| u64::try_from(index).ok());
        let event = Event::read(row, index.unwrap_or_default())?;
        if event.seq != next_seq {
            return Err(Damage::at(event.index, "it is not the next of its request"));
        }
        next_seq = next_seq.saturating_add(1);
        event.check()?;
        check(&event)?;
        Ok(Some(event))
    })
}

/// Up to `limit` events from index `from` on.
pub(crate) fn entries(
    conn: &Connection,
    from: u64,
    limit: usize,
) -> Result<Vec<Entry>, LedgerError> {
    let Ok(first) = i64::try_from(from) else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = format!("SELECT {COLUMNS} FROM event WHERE idx >= ?1 ORDER BY idx LIMIT ?2");
    let mut query = conn.prepare(&sql).map_err(unavailable)?;
    let rows = query.query(params![first, limit]).map_err(unavailable)?;
    let mut next = from;
    collect(conn, rows, |row| {
        let event = Event::read(row, next)?;
        next = next.saturating_add(1);
        event.check()?;
        Ok(Some(event))
    })
}

/// The newest signed head.
pub(crate) fn head(conn: &Connection, vkey: &Vkey) -> Result<SignedHead, LedgerError> {
    let head = Head::load(conn, vkey).map_err(unavailable)?;
    Ok(head?.signed)
}

/// Up to `limit` stored heads, from size `from` on.
pub(crate) fn checkpoints(
    conn: &Connection,
    vkey: &Vkey,
    from: u64,
    limit: usize,
) -> Result<Vec<SignedHead>, LedgerError> {
    let Ok(first) = i64::try_from(from) else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut query = conn
        .prepare("SELECT note FROM checkpoint WHERE size >= ?1 ORDER BY size LIMIT ?2")
        .map_err(unavailable)?;
    let notes = query
        .query_map(params![first, limit], |row| row.get::<_, String>(0))
        .map_err(unavailable)?;
    notes
        .map(|note| {
            let note = note.map_err(unavailable)?;
            let checkpoint = open_note(&note, vkey).map_err(|reason| {
                Damage::at(
                    from.saturating_sub(1),
                    format!("a stored checkpoint is damaged: {reason}"),
                )
            })?;
            Ok(SignedHead { checkpoint, note })
        })
        .collect()
}

const BESIDE: &str = "SELECT digest, erasable, bytes FROM attachment
    WHERE idx = ?1 AND bytes IS NOT NULL ORDER BY n";

/// The events that `read` makes of `rows`, with their attachments; a row of which it makes none is left out.
pub(crate) fn collect(
    conn: &Connection,
    mut rows: Rows<'_>,
    mut read: impl for<'a> FnMut(&'a rusqlite::Row<'_>) -> Result<Option<Event<'a>>, Damage>,
) -> Result<Vec<Entry>, LedgerError> {
    let mut beside = None;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(unavailable)? {
        let Some(event) = read(row)? else { continue };
        let mut entry = event.to_entry()?;
        let beside = match &mut beside {
            Some(prepared) => prepared,
            unprepared => unprepared.insert(conn.prepare(BESIDE).map_err(unavailable)?),
        };
        entry.attachments = attachments(beside, entry.index)?;
        entries.push(entry);
    }
    Ok(entries)
}

fn attachments(query: &mut Statement<'_>, index: u64) -> Result<Vec<Attachment>, LedgerError> {
    let key = i64::try_from(index).map_err(unavailable)?;
    let mut rows = query.query([key]).map_err(unavailable)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(unavailable)? {
        let digest: String = row.get(0).map_err(unavailable)?;
        let digest = digest
            .parse()
            .map_err(|_no_digest| Damage::at(index, "an attachment of it has no digest"))?;
        let (erasable, bytes) =
            (row.get(1).map_err(unavailable)?, row.get(2).map_err(unavailable)?);
        found.push(Attachment { digest, bytes, erasable });
    }
    Ok(found)
}

pub(crate) fn unavailable(source: impl Into<crate::error::BoxError>) -> LedgerError {
    LedgerError::Unavailable(source.into())
}
