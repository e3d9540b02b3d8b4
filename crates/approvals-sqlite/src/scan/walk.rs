//! One pass over the events, beside one over the stored checkpoints.

use approvals_log::{Checkpoint, Frontier, SignedNote, Verifier, VerifyError};
use rusqlite::{Connection, Rows};

use super::order::Fingerprint;
use super::{Scan, is_corrupt};
use crate::error::{Damage, Found};
use crate::event::{COLUMNS, Event, Names, names};
use crate::head::{Head, open_note};
use crate::part::Streams;

/// The judge is `verifier`, which hashes every entry anew and takes nothing from storage. `tree` is over the
/// *stored* leaf hashes: while they agree with the entries it is the same tree, and where one entry was
/// changed it still tells whether the others are whole.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    scan: Scan<'a>,
    head: &'a Head,
    pub(super) verifier: Verifier,
    tree: Frontier,
    /// Events below this are under a stored checkpoint that agreed.
    agreed: u64,
    /// Whether `tree` is known to be wrong, so that later checkpoints say nothing.
    lost: bool,
    pub(super) print: Fingerprint,
    /// Only if they are wanted: an auditor's memory does not grow with the log.
    pub(super) streams: Option<Streams>,
    pub(super) checkpoints: u64,
    pub(super) opaque: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(scan: Scan<'a>, head: &'a Head) -> Result<Self, VerifyError> {
        let mut verifier = Verifier::new(scan.vkey.clone());
        scan.seen.iter().cloned().try_for_each(|seen| verifier.expect(seen))?;
        Ok(Self {
            scan,
            head,
            verifier,
            tree: Frontier::new(),
            agreed: 0,
            lost: false,
            print: Fingerprint::new(),
            streams: scan.streams.then(Streams::default),
            checkpoints: 0,
            opaque: 0,
        })
    }

    pub(super) fn events(&mut self, conn: &Connection, found: &mut Found) -> rusqlite::Result<()> {
        let mut marks = conn.prepare("SELECT size, note FROM checkpoint ORDER BY size")?;
        let mut marks = Marks { rows: marks.query([])?, next: None };
        marks.advance()?;
        self.meet(&mut marks, found)?;

        let mut query =
            conn.prepare(&format!("SELECT {COLUMNS} FROM event NOT INDEXED ORDER BY idx"))?;
        let mut rows = query.query([])?;
        loop {
            let index = self.tree.size();
            let event = match rows.next() {
                Ok(Some(row)) => Event::read(row, index),
                Ok(None) => break,
                Err(error) if is_corrupt(&error) => Err(self.unreadable(&error)),
                Err(error) => return Err(error),
            };
            match event {
                Ok(_) if index == self.head.size() => {
                    found.add(Damage::at(index, "it is beyond the signed head"));
                    return Ok(());
                }
                Ok(event) => self.take(&event, found),
                // The order is gone, and with it what could be said of the events after this one.
                Err(damage) => {
                    found.add(damage);
                    return Ok(());
                }
            }
            self.meet(&mut marks, found)?;
        }
        self.end(&marks, found);
        Ok(())
    }

    fn take(&mut self, event: &Event<'_>, found: &mut Found) {
        match (event.check().and_then(|()| event.request_id()), &mut self.streams) {
            (Ok(request), Some(streams)) => streams.push(request, event.index, &event.leaf),
            (Ok(_), None) => {}
            (Err(damage), _) => found.add(damage),
        }
        // A refusal stays in the verifier; what was damaged is said more exactly above.
        let _refused_at_the_end = self.verifier.push(event.entry, Some(&event.leaf));
        self.tree.push(event.leaf);
        self.print.add(event.request, event.seq, event.index);
        if names(event.entry) == Names::Opaque {
            self.opaque = self.opaque.saturating_add(1);
        }
    }

    /// Compares the tree with the checkpoint stored for its size, if there is one.
    fn meet(&mut self, marks: &mut Marks<'_>, found: &mut Found) -> rusqlite::Result<()> {
        let size = self.tree.size();
        while let Some(mark) = marks.next.take_if(|mark| mark.size <= size) {
            marks.advance()?;
            let last = size.saturating_sub(1);
            let detail = match self.compare(&mark) {
                Ok(()) => {
                    self.agreed = size;
                    self.checkpoints = self.checkpoints.saturating_add(1);
                    continue;
                }
                // Damage that is already known explains the root; otherwise it narrows the place down.
                Err(Differs::Root) if self.lost || found.any_from(self.agreed) => {
                    self.lost = true;
                    continue;
                }
                Err(Differs::Root) => {
                    self.lost = true;
                    format!("the events do not have the root that was signed for {size} events")
                }
                Err(Differs::Note(reason)) => {
                    format!(
                        "the checkpoint that is stored for {} events is damaged: {reason}",
                        mark.size
                    )
                }
            };
            found.add(Damage::between(self.agreed.min(last), last, detail));
        }
        Ok(())
    }

    fn compare(&self, mark: &Mark) -> Result<(), Differs> {
        let note = |reason: &str| Err(Differs::Note(reason.to_owned()));
        let checkpoint = if self.scan.thorough {
            open_note(&mark.note, self.scan.vkey).map_err(Differs::Note)?
        } else {
            let parsed = SignedNote::parse(&mark.note);
            let parsed = parsed.map_err(|reason| Differs::Note(reason.to_string()))?;
            let parsed = Checkpoint::parse_text(parsed.text());
            parsed.map_err(|reason| Differs::Note(reason.to_string()))?
        };
        if checkpoint.size() != mark.size || mark.size != self.tree.size() {
            return note("it is of another size");
        }
        if checkpoint.origin() != self.scan.vkey.name() {
            return note("it is of another log");
        }
        if mark.size == self.head.size() && mark.note != self.head.signed.note {
            return note("it is not the newest head");
        }
        if checkpoint.root() == self.tree.root() { Ok(()) } else { Err(Differs::Root) }
    }

    /// After the last event: whether anything is missing, or left over.
    fn end(&self, marks: &Marks<'_>, found: &mut Found) {
        let (entries, size) = (self.tree.size(), self.head.size());
        if entries < size {
            let last = size.saturating_sub(1);
            found.add(Damage::between(
                entries,
                last,
                "it is missing, and the signed head covers it",
            ));
        } else if let Some(mark) = &marks.next {
            let detail = format!("a checkpoint for {} events is beyond the signed head", mark.size);
            found.add(Damage::at(size, detail));
        } else if self.agreed != size && !found.any_from(0) {
            found.add(Damage::at(
                size.saturating_sub(1),
                "the checkpoint of the signed head is missing",
            ));
        }
    }

    fn unreadable(&self, error: &rusqlite::Error) -> Damage {
        let last = self.head.size().saturating_sub(1);
        Damage::between(self.tree.size(), last, format!("the file's structure is damaged: {error}"))
    }
}

/// How a stored checkpoint is not that of the tree.
#[derive(Debug)]
enum Differs {
    Root,
    Note(String),
}

/// A stored checkpoint.
#[derive(Debug)]
struct Mark {
    size: u64,
    note: String,
}

/// The stored checkpoints, by size.
struct Marks<'a> {
    rows: Rows<'a>,
    next: Option<Mark>,
}

impl Marks<'_> {
    fn advance(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            Some(row) => {
                let size: i64 = row.get(0)?;
                Some(Mark { size: u64::try_from(size).unwrap_or_default(), note: row.get(1)? })
            }
            None => None,
        };
        Ok(())
    }
}
