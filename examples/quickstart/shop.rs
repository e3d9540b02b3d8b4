//! A small shop: a real SQLite database with customers and orders.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, params};

/// The shop's database, and the folder that exports go to.
#[derive(Debug)]
pub(crate) struct Shop {
    db: Mutex<Connection>,
    exports: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShopError {
    #[error("the shop's database said no")]
    Database(#[from] rusqlite::Error),
    #[error("the export could not be written")]
    Export(#[from] std::io::Error),
    #[error("`{}` is not a plain name", .0.escape_debug())]
    Name(String),
    #[error("there is no such tool")]
    NoSuchTool,
}

/// Names go into SQL and into the file system: letters, digits and `_` only, and a dot for files.
fn plain<'a>(name: &'a str, also: &str) -> Result<&'a str, ShopError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || also.contains(c);
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() <= 64;
    if named && name.chars().all(plain) {
        Ok(name)
    } else {
        Err(ShopError::Name(name.chars().take(64).collect()))
    }
}

impl Shop {
    /// The shop in `folder`, new.
    pub(crate) fn open(folder: &Path) -> Result<Self, ShopError> {
        let db = Connection::open(folder.join("shop.db"))?;
        db.execute_batch(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, country TEXT);
             CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, cents INTEGER, status TEXT);
             INSERT INTO customers (name, email, country) VALUES
               ('Ana Reis', 'ana@reis.example', 'PT'), ('Bo Lind', 'bo@lind.example', 'SE'),
               ('Rui Costa', 'rui@costa.example', 'PT'), ('Kim Bauer', 'kim@bauer.example', 'DE');
             INSERT INTO orders (customer, cents, status) VALUES
               (1, 4200, 'open'), (2, 1250, 'shipped'), (3, 9900, 'open'), (4, 300, 'open');",
        )?;
        Ok(Self { db: Mutex::new(db), exports: folder.join("exports") })
    }

    fn db(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn orders(&self, status: &str) -> Result<String, ShopError> {
        let sql = "SELECT count(*), coalesce(sum(cents), 0) FROM orders WHERE status = ?";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let (count, cents) = self.db().query_row(sql, params![status], row)?;
        Ok(format!("{count} orders, {cents} cents"))
    }

    pub(crate) fn export(
        &self,
        country: &str,
        columns: &[String],
        file: &str,
    ) -> Result<String, ShopError> {
        let columns =
            columns.iter().map(|column| plain(column, "")).collect::<Result<Vec<_>, _>>()?;
        let path = self.exports.join(plain(file, ".-")?);
        let sql = format!("SELECT {} FROM customers WHERE country = ?", columns.join(", "));
        let db = self.db();
        let mut statement = db.prepare(&sql)?;
        let mut rows = statement.query(params![country])?;
        let (mut csv, mut count) = (format!("{}\n", columns.join(",")), 0_u32);
        while let Some(row) = rows.next()? {
            let cells = (0..columns.len())
                .map(|n| row.get::<_, String>(n))
                .collect::<Result<Vec<_>, _>>()?;
            csv.push_str(&cells.join(","));
            csv.push('\n');
            count = count.saturating_add(1);
        }
        std::fs::create_dir_all(&self.exports)?;
        std::fs::write(&path, csv)?;
        Ok(format!("{count} customers written to {}", path.display()))
    }

    pub(crate) fn add_column(
        &self,
        table: &str,
        column: &str,
        sql_type: &str,
    ) -> Result<String, ShopError> {
        let (table, column, sql_type) =
            (plain(table, "")?, plain(column, "")?, plain(sql_type, "")?);
        self.db().execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column} {sql_type}"))?;
        Ok(format!("{table} has a column {column} now"))
    }

    pub(crate) fn drop_table(&self, table: &str) -> Result<String, ShopError> {
        self.db().execute_batch(&format!("DROP TABLE {}", plain(table, "")?))?;
        Ok(format!("{table} is gone"))
    }
}
