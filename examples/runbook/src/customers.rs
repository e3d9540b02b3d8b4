//! Rows of customers leave the database: personal data of more than 10 000 people, so two owners of it must agree.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use approvals::requires_approval;
use rusqlite::Connection;

use crate::{Failure, tell};

/// What `rows` says is what leaves: the policy and the people decide by that number.
#[requires_approval(
    action = "s3.export",
    resource = "s3://{bucket}",
    summary = "Export {rows} rows of {bucket} to {destination}",
    skip(shop, folder)
)]
async fn export(
    shop: &Connection,
    folder: &Path,
    bucket: &str,
    rows: i64,
    destination: &str,
) -> Result<String, Failure> {
    let mut file = fs::File::create(folder.join(destination))?;
    let mut select = shop.prepare("SELECT email FROM customers ORDER BY email LIMIT ?1")?;
    let mut emails = select.query([rows])?;
    while let Some(row) = emails.next()? {
        writeln!(file, "{}", row.get::<_, String>(0)?)?;
    }
    Ok(format!("{rows} rows are in {destination}"))
}

pub(crate) async fn play(folder: &Path) -> Result<(), Failure> {
    let shop = Connection::open(folder.join("shop.db"))?;
    shop.execute_batch(
        "CREATE TABLE customers (email TEXT);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
         INSERT INTO customers SELECT 'customer' || i || '@example.com' FROM n;",
    )?;
    // Counted here, not told by the agent.
    let rows = shop.query_row("SELECT count(*) FROM customers", (), |row| row.get(0))?;
    let call = export(&shop, folder, "customers", rows, "customers.csv");
    assert!(tell("The newsletter needs all customers: export them.", call).await);
    assert_eq!(fs::read_to_string(folder.join("customers.csv"))?.lines().count(), 12_000);
    Ok(())
}
