//! The whole file recomputed: what opening a ledger and verifying one have in common.

mod beside;
mod order;
mod walk;

use approvals_log::{Checkpoint, Vkey};
use rusqlite::{Connection, ErrorCode};

use crate::error::{Damage, Damages, Found};
use crate::head::Head;
use crate::part::Streams;
use walk::Walk;

/// What to hold a file against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    /// Whose signatures count.
    pub(crate) vkey: &'a Vkey,
    /// Heads of this log that were seen before.
    pub(crate) seen: &'a [Checkpoint],
    /// Whether to verify the signature of every stored checkpoint, and SQLite's own structure, too. The
    /// newest head is always verified, and covers all events.
    pub(crate) thorough: bool,
    /// Whether to say what each request's events are.
    pub(crate) streams: bool,
}

/// What was found to hold.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) head: Head,
    /// Empty unless they were asked for.
    pub(crate) streams: Streams,
    /// How many stored checkpoints agree with the events.
    pub(crate) checkpoints: u64,
    /// How many of the heads seen before were met.
    pub(crate) confirmed: u64,
    /// How many events are not JSON objects, so that their request could not be compared.
    pub(crate) opaque: u64,
}

/// What does not hold.
#[derive(Debug)]
pub(crate) enum ScanError {
    Damaged(Damages),
    Seen(approvals_log::VerifyError),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for ScanError {
    fn from(error: rusqlite::Error) -> Self {
        if !is_corrupt(&error) {
            return Self::Store(error);
        }
        Self::Damaged(Damage::at(0, format!("the file's structure is damaged: {error}")).into())
    }
}

impl Scan<'_> {
    /// Reads everything once, in one snapshot.
    pub(crate) fn run(&self, conn: &Connection) -> Result<Scanned, ScanError> {
        let snapshot = conn.unchecked_transaction()?;
        let head = Head::load(&snapshot, self.vkey)?.map_err(|it| ScanError::Damaged(it.into()))?;

        let mut found = Found::default();
        let mut walk = Walk::new(*self, &head).map_err(ScanError::Seen)?;
        walk.events(&snapshot, &mut found)?;
        order::check(&snapshot, &walk.print, &head, &mut found)?;
        beside::check(&snapshot, &mut found)?;
        if self.thorough && !found.any_from(0) {
            structure(&snapshot, head.size(), &mut found)?;
        }
        if let Some(damages) = Damages::of(found.into_list()) {
            return Err(ScanError::Damaged(damages));
        }

        let (checkpoints, opaque) = (walk.checkpoints, walk.opaque);
        let streams = walk.streams.unwrap_or_default();
        let report = walk.verifier.finish(&head.signed.checkpoint).map_err(ScanError::Seen)?;
        Ok(Scanned { head, streams, checkpoints, confirmed: report.confirmed, opaque })
    }
}

/// What SQLite itself finds wrong with its pages and indexes.
fn structure(conn: &Connection, size: u64, found: &mut Found) -> rusqlite::Result<()> {
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let detail = format!("the file's structure is damaged: {verdict}");
        found.add(Damage::between(0, size.saturating_sub(1), detail));
    }
    Ok(())
}

fn is_corrupt(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
    };
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
        // A value of a type that its column cannot have.
        None => matches!(
            error,
            FromSqlConversionFailure(..)
                | IntegralValueOutOfRange(..)
                | InvalidColumnType(..)
                | Utf8Error(..)
        ),
    }
}
