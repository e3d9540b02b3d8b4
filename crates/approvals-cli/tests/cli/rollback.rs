//! What a file alone cannot show, and a checkpoint from elsewhere can.

use std::fs;

use approvals_log::{Frontier, leaf_hash};
use rusqlite::params;

use crate::specimen::Specimen;

/// Puts the state of an older checkpoint back, with all that belongs to it, as whoever can write the file may.
pub(crate) fn roll_back(specimen: &Specimen, size: u32) {
    let mut tree = Frontier::new();
    (0..size).for_each(|index| tree.push(leaf_hash(&specimen.entry(index))));
    specimen.sql(|conn| {
        let note: String =
            conn.query_row("SELECT note FROM checkpoint WHERE size = ?1", [size], |row| {
                row.get(0)
            })?;
        conn.execute("DELETE FROM attachment WHERE idx >= ?1", [size])?;
        conn.execute("DELETE FROM event WHERE idx >= ?1", [size])?;
        conn.execute("DELETE FROM checkpoint WHERE size > ?1", [size])?;
        let head = params![size, tree.root(), tree.to_bytes(), note];
        conn.execute("UPDATE head SET size = ?1, root = ?2, frontier = ?3, note = ?4", head)
    });
}

#[test]
fn newest_events_that_were_cut_off_are_found_by_a_newer_checkpoint_only() {
    let specimen = Specimen::new("cut");
    let newest = specimen.run(&["log", "checkpoint", "approvals.db"]).ok().out;
    fs::write(specimen.folder.join("kept.note"), newest).unwrap();
    let sizes: Vec<u32> = specimen.sql(|conn| {
        let mut query = conn.prepare("SELECT size FROM checkpoint ORDER BY size DESC")?;
        query.query_map([], |row| row.get(0))?.collect()
    });
    assert!(sizes.len() > 10 && sizes[0] == specimen.count(), "{sizes:?}");
    for size in &sizes[1..] {
        roll_back(&specimen, *size);
        let alone = specimen.run(&["log", "verify", "approvals.db"]).ok().out;
        assert!(alone.contains("cannot show that its newest events were cut off"), "{alone}");
        let what = format!(
            "the log was rolled back: its head has {size} entries, one seen before has {}",
            sizes[0]
        );
        specimen.run(&["log", "verify", "approvals.db", "--seen", "kept.note"]).refused(1, &what);
    }
}

#[test]
fn what_cuts_into_a_checkpoint_is_damage() {
    let specimen = Specimen::new("cut-badly");
    let last = specimen.count() - 1;
    specimen.sql(|conn| conn.execute("DELETE FROM event WHERE idx = ?1", [last]));
    specimen
        .run(&["log", "verify", "approvals.db"])
        .refused(1, &format!("event {last}: it is missing"));
}
