//! The events of each request, by the index that finds them.
//!
//! Histories are read through `event_by_request`. If it left an event out, that event would not have
//! happened; so it must list exactly the rows of the table, and each request's without a gap.

use std::hash::{BuildHasher, RandomState};

use rusqlite::Connection;

use crate::error::{Damage, Found};
use crate::head::Head;

/// A sum over rows that does not depend on their order. Its key is random and in this process only, so no
/// file can be made to fit.
#[derive(Debug)]
pub(super) struct Fingerprint {
    key: RandomState,
    sum: u64,
    rows: u64,
}

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self { key: RandomState::new(), sum: 0, rows: 0 }
    }

    pub(super) fn add(&mut self, request: &str, seq: u64, index: u64) {
        self.sum = self.sum.wrapping_add(self.key.hash_one((request, seq, index)));
        self.rows = self.rows.wrapping_add(1);
    }
}

pub(super) fn check(
    conn: &Connection,
    table: &Fingerprint,
    head: &Head,
    found: &mut Found,
) -> rusqlite::Result<()> {
    let mut query = conn.prepare(
        "SELECT request, seq, idx FROM event INDEXED BY event_by_request ORDER BY request, seq",
    )?;
    let mut rows = query.query([])?;
    let mut listed = Fingerprint { key: table.key.clone(), sum: 0, rows: 0 };
    let (mut current, mut next_seq, mut after) = (None::<String>, 0_u64, None::<u64>);
    while let Some(row) = rows.next()? {
        let request = row.get_ref(0)?.as_str()?;
        let number =
            |column| row.get::<_, i64>(column).map(|it| u64::try_from(it).unwrap_or(u64::MAX));
        let (seq, index) = (number(1)?, number(2)?);
        listed.add(request, seq, index);
        if current.as_deref() != Some(request) {
            (current, next_seq, after) = (Some(request.to_owned()), 0, None);
        }
        if seq != next_seq {
            let detail =
                format!("it is stored as number {seq} of its request, and is number {next_seq}");
            found.add(Damage::at(index, detail));
        } else if after.is_some_and(|after| after >= index) {
            found.add(Damage::at(index, "it is out of order in its request"));
        }
        (next_seq, after) = (seq.saturating_add(1), Some(index));
    }
    // The sum over the table is complete only if the walk came to its end.
    if !found.any_from(0) && (listed.sum, listed.rows) != (table.sum, table.rows) {
        let last = head.size().saturating_sub(1);
        found.add(Damage::between(
            0,
            last,
            "the index of requests does not list the events that there are",
        ));
    }
    Ok(())
}
