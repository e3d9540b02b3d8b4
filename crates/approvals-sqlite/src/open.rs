//! Opening a file: made if it is new, refused if it is another's, recomputed if it is ours.

use std::path::Path;

use approvals_log::{Checkpoint, Frontier, Vkey};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::connect;
use crate::error::{BoxError, Damage, OpenError};
use crate::group::HeadSigner;
use crate::known::Known;
use crate::scan::{Scan, ScanError};
use crate::schema::{self, Kind};

/// A connection for writing, and what is known of the log to go on from.
pub(crate) fn writable(
    path: &Path,
    signer: &HeadSigner,
    seen: &[Checkpoint],
) -> Result<(Connection, Known), OpenError> {
    connect::create(path).map_err(|error| file(path, error))?;
    let mut conn = connect::writer(path).map_err(|error| file(path, error))?;
    if kind(&conn, path)? == Kind::Empty {
        make(&mut conn, path, signer)?;
    }
    let found = identity(&conn, path)?;
    let (given, key) = (&signer.vkey, |vkey: &Vkey| vkey.to_string());
    if found.name() != given.name() {
        let (found, given) = (found.name().to_owned(), given.name().to_owned());
        return Err(OpenError::Origin { path: path.to_owned(), found, given });
    }
    if found != *given {
        return Err(OpenError::Key {
            path: path.to_owned(),
            found: key(&found),
            given: key(given),
        });
    }
    let scan = Scan { vkey: given, seen, thorough: false, streams: true };
    let scanned = scan.run(&conn).map_err(|error| match error {
        ScanError::Damaged(damages) => OpenError::Damaged { path: path.to_owned(), damages },
        ScanError::Seen(source) => OpenError::Seen { path: path.to_owned(), source },
        ScanError::Store(error) => file(path, error),
    })?;
    Ok((conn, Known::new(given.clone(), scanned.head, scanned.streams)))
}

/// The log whose ledger this is, as the file says.
pub(crate) fn identity(conn: &Connection, path: &Path) -> Result<Vkey, OpenError> {
    match kind(conn, path)? {
        Kind::Ledger => {}
        Kind::Empty => {
            return Err(foreign(path, "it is empty; was a `-wal` file beside it left behind?"));
        }
        Kind::Foreign(detail) => return Err(foreign(path, &detail)),
        Kind::Version(found) => {
            let (path, known) = (path.to_owned(), schema::VERSION);
            return Err(OpenError::Version { path, found, known });
        }
    }
    let line: Option<String> = conn
        .query_row("SELECT value FROM meta WHERE key = 'vkey'", [], |row| row.get(0))
        .optional()
        .map_err(|error| file(path, error))?;
    let vkey = line.and_then(|line| line.parse().ok());
    vkey.ok_or_else(|| foreign(path, "it does not say which key signs it"))
}

/// Everything that a new ledger has, in one transaction: after a crash there is all of it, or none.
fn make(conn: &mut Connection, path: &Path, signer: &HeadSigner) -> Result<(), OpenError> {
    let failed = |error: rusqlite::Error| file(path, error);
    let transaction = Transaction::new(conn, TransactionBehavior::Immediate).map_err(failed)?;
    // Somebody else may have been first.
    if kind(&transaction, path)? != Kind::Empty {
        return Ok(());
    }
    schema::create(&transaction).map_err(failed)?;
    let vkey = signer.vkey.to_string();
    transaction
        .execute("INSERT INTO meta(key, value) VALUES('vkey', ?1)", [vkey])
        .map_err(failed)?;
    let head = signer.sign(Frontier::new()).map_err(OpenError::Sign)?;
    head.insert(&transaction).map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn kind(conn: &Connection, path: &Path) -> Result<Kind, OpenError> {
    schema::kind(conn).map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => foreign(path, "it is not an SQLite database"),
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            let damage = Damage::at(0, format!("the file's structure is damaged: {error}"));
            OpenError::Damaged { path: path.to_owned(), damages: damage.into() }
        }
        _ => file(path, error),
    })
}

pub(crate) fn file(path: &Path, source: impl Into<BoxError>) -> OpenError {
    OpenError::File { path: path.to_owned(), source: source.into() }
}

fn foreign(path: &Path, detail: &str) -> OpenError {
    OpenError::NotALedger { path: path.to_owned(), detail: detail.to_owned() }
}
