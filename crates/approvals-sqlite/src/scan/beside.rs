//! The attachments, as far as they can be checked without knowing what events mean.

use approvals_core::Digest;
use rusqlite::Connection;

use crate::error::{Damage, Found};

/// Each belongs to an event, has a digest, and is there unless it was erasable.
pub(super) fn check(conn: &Connection, found: &mut Found) -> rusqlite::Result<()> {
    let mut query = conn.prepare(
        "SELECT a.idx, a.digest, a.erasable, a.bytes IS NULL, e.idx IS NULL
         FROM attachment a LEFT JOIN event e ON e.idx = a.idx ORDER BY a.idx, a.n",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let index = u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
        let digest = row.get_ref(1)?.as_str()?.parse::<Digest>();
        let (erasable, erased, orphan): (bool, bool, bool) =
            (row.get(2)?, row.get(3)?, row.get(4)?);
        let detail = if orphan {
            "an attachment is stored for it, and it is not there"
        } else if digest.is_err() {
            "an attachment of it has no digest"
        } else if erased && !erasable {
            "an attachment of it is gone that must not be erased"
        } else {
            continue;
        };
        found.add(Damage::at(index, detail));
    }
    Ok(())
}
