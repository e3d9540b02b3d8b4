//! Connections: how the file is opened for writing, beside a writer, and as evidence.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io, thread};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// How long to wait for another process that is writing.
const BUSY: Duration = Duration::from_secs(10);
/// The write-ahead log is cut back to this size when it is reset.
const MAX_IDLE_WAL: u32 = 64 << 20;

/// Opens the file for writing; it must exist, if only as an empty file.
pub(crate) fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    guard(&conn)?;
    use_wal(&conn)?;
    // FULL: each commit is flushed before it returns, so that what was answered survives a power cut.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // Where a plain fsync does not reach the disk (macOS).
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.pragma_update_and_check(None, "journal_size_limit", MAX_IDLE_WAL, |_| Ok(()))?;
    Ok(conn)
}

/// Opens the file for reading, beside writers.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    guard(&conn)?;
    // An auditor must not tidy up.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Ok(conn)
}

/// Opens the file as evidence, changing and creating nothing.
///
/// While a ledger is open, and after a crash, there is a `-wal` file, and SQLite reads both through its
/// usual locks. Without one, nobody has the file open and it is complete: it is read as it is, with no lock
/// and no further file, so that a read-only medium will do. The returned [`Stamp`] tells whether that
/// changed meanwhile.
pub(crate) fn auditor(path: &Path) -> rusqlite::Result<(Connection, Option<Stamp>)> {
    let Some(stamp) = Stamp::of_idle(path) else { return Ok((reader(path)?, None)) };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(immutable_uri(path), flags)?;
    guard(&conn)?;
    Ok((conn, Some(stamp)))
}

/// Makes the file, readable by its owner only, if there is none.
pub(crate) fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // An existing file must not be opened past SQLite: closing it would drop the locks of this process.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// How an idle file looked, to notice a writer that came later.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// `None` if there is a write-ahead log, or no such file.
    fn of_idle(path: &Path) -> Option<Self> {
        // SQLite resolves links before it names the write-ahead log.
        let path = fs::canonicalize(path).ok()?;
        let mut wal = path.clone().into_os_string();
        wal.push("-wal");
        let meta = fs::metadata(&path).ok()?;
        let idle = matches!(fs::symlink_metadata(PathBuf::from(wal)), Err(e) if e.kind() == io::ErrorKind::NotFound);
        idle.then(|| Self { length: meta.len(), modified: meta.modified().ok() })
    }

    pub(crate) fn still_holds(&self, path: &Path) -> bool {
        Self::of_idle(path).as_ref() == Some(self)
    }
}

/// Settings that every connection has: nothing in the file is code.
fn guard(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "cell_size_check", true)
}

/// Two processes that open a new file at once cannot both switch it: the second tries again.
fn use_wal(conn: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut waited = Duration::ZERO;
    loop {
        let mode = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Err(error) if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) => {
                return Err(error);
            }
            Err(error) if waited >= BUSY => return Err(error),
            Ok(_) if waited >= BUSY => return Err(rusqlite::Error::InvalidQuery),
            _ => {
                thread::sleep(PAUSE);
                waited = waited.saturating_add(PAUSE);
            }
        }
    }
}

/// The path as a URI, each byte that could mean something escaped.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.starts_with(b"/") {
        uri.push('/');
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b':' if cfg!(windows) => uri.push(':'),
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            _ => uri.extend(["%".to_owned(), format!("{byte:02X}")]),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_smuggle_parameters_into_its_uri() {
        let uri = immutable_uri(Path::new("/a b/c?mode=rwc#d%41&.db"));
        assert_eq!(uri, "file:/a%20b/c%3Fmode%3Drwc%23d%2541%26.db?immutable=1");
    }
}
