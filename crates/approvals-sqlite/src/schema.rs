//! The tables, and whether a file has exactly them.
//!
//! A later version appends its statements here and raises `VERSION`; version 1 has nothing to migrate from.

use rusqlite::Connection;

/// Says that an SQLite file is one of ours: `APPR`.
const APPLICATION_ID: i32 = 0x4150_5052;
/// The format that this crate reads and writes.
pub(crate) const VERSION: i32 = 1;

/// - `head` is the newest signed head, with the frontier to go on from.
/// - `event` has the log; `request` is the request's id, or empty for the log's own events, and `seq` counts
///   the events of one request.
/// - `checkpoint` keeps every head that was signed.
/// - `attachment.bytes` is null once erased.
const TABLES: &str = "
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
CREATE TABLE head(
  id INTEGER PRIMARY KEY CHECK(id = 1),
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  frontier BLOB NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE event(
  idx INTEGER PRIMARY KEY,
  request TEXT NOT NULL,
  seq INTEGER NOT NULL,
  leaf BLOB NOT NULL CHECK(length(leaf) = 32),
  entry BLOB NOT NULL CHECK(length(entry) <= 65535)
) STRICT;
CREATE UNIQUE INDEX event_by_request ON event(request, seq);
CREATE TABLE checkpoint(
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE attachment(
  idx INTEGER NOT NULL REFERENCES event(idx),
  n INTEGER NOT NULL,
  digest TEXT NOT NULL,
  erasable INTEGER NOT NULL CHECK(erasable IN (0, 1)),
  bytes BLOB CHECK(length(bytes) <= 1048576),
  PRIMARY KEY(idx, n)
) STRICT;
";

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing was written to it yet.
    Empty,
    /// A ledger of this version, with the tables that it should have and no others.
    Ledger,
    /// A ledger of another version.
    Version(i32),
    /// Something else.
    Foreign(String),
}

pub(crate) fn kind(conn: &Connection) -> rusqlite::Result<Kind> {
    let number = |pragma| conn.query_row(pragma, [], |row| row.get::<_, i32>(0));
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let found = objects(conn)?;
    if application == 0 && version == 0 && found.is_empty() {
        return Ok(Kind::Empty);
    }
    if application != APPLICATION_ID {
        return Ok(Kind::Foreign("it is some other SQLite database".into()));
    }
    if version != VERSION {
        return Ok(Kind::Version(version));
    }
    // A view, a trigger or a changed table could make the file say one thing here and another elsewhere.
    let expected = Connection::open_in_memory()?;
    expected.execute_batch(TABLES)?;
    if found != objects(&expected)? {
        return Ok(Kind::Foreign("its tables were changed".into()));
    }
    Ok(Kind::Ledger)
}

/// Makes the tables, inside the caller's transaction.
pub(crate) fn create(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(TABLES)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", VERSION)
}

type Object = (String, String, String, Option<String>);

fn objects(conn: &Connection) -> rusqlite::Result<Vec<Object>> {
    // The statistics that `ANALYZE` leaves behind only choose between plans.
    let mut query = conn.prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema
         WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY type, name LIMIT 100",
    )?;
    let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        create(&conn).unwrap();
        conn
    }

    #[test]
    fn only_exactly_these_tables_are_a_ledger() {
        assert_eq!(kind(&Connection::open_in_memory().unwrap()).unwrap(), Kind::Empty);
        assert_eq!(kind(&made()).unwrap(), Kind::Ledger);

        let additions = [
            "CREATE TABLE other(x)",
            "CREATE VIEW v AS SELECT 1",
            "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END",
            "CREATE INDEX event_by_leaf ON event(leaf)",
            "ALTER TABLE event ADD COLUMN more TEXT",
            "DROP INDEX event_by_request",
        ];
        for addition in additions {
            let conn = made();
            conn.execute_batch(addition).unwrap();
            assert!(matches!(kind(&conn).unwrap(), Kind::Foreign(_)), "{addition}");
        }
    }

    #[test]
    fn other_versions_and_other_databases_are_told_apart() {
        let newer = made();
        newer.pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert_eq!(kind(&newer).unwrap(), Kind::Version(VERSION + 1));

        let foreign = Connection::open_in_memory().unwrap();
        foreign.execute_batch("CREATE TABLE note(text)").unwrap();
        assert!(matches!(kind(&foreign).unwrap(), Kind::Foreign(_)));
    }

    #[test]
    fn statistics_do_no_harm() {
        let conn = made();
        conn.execute_batch("INSERT INTO meta VALUES('a', 'b'); ANALYZE").unwrap();
        assert_eq!(kind(&conn).unwrap(), Kind::Ledger);
    }
}
