//! What one open ledger knows of its log, in memory: the newest head that it verified, and what each request's
//! events were under that head. Nothing in the file is believed against it.
//!
//! Readers and the writer share it. Whoever compares a snapshot with it holds its lock from before the
//! snapshot begins (the writer: from within its transaction, beside which nobody commits). As only what was
//! committed is ever taken up, what is known is then never ahead of the snapshot, unless the file was put back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use approvals_core::{LedgerError, RequestId};
use approvals_log::{Frontier, Hash, Vkey};
use rusqlite::{Connection, params};

use crate::error::Damage;
use crate::event::{COLUMNS, Event};
use crate::head::{Head, Stored};
use crate::part::{Part, Stream, Streams};

/// A head, and all events under it.
#[derive(Debug)]
pub(crate) struct Known {
    vkey: Vkey,
    head: Head,
    streams: Streams,
}

/// What comes after a [`Known`], while it is not yet certain.
#[derive(Debug)]
pub(crate) struct Ahead {
    pub(crate) tree: Frontier,
    streams: Streams,
}

impl Ahead {
    pub(crate) fn new(known: &Known) -> Self {
        let mut ahead = Self { tree: known.head.tree.clone(), streams: Streams::default() };
        ahead.part(Part::page_of(ahead.tree.size()), known);
        ahead
    }

    /// Goes on from what is known of a part, if nothing came after it yet.
    pub(crate) fn part(&mut self, part: Part, known: &Known) {
        self.streams.begin(part, || known.streams.get(part));
    }

    pub(crate) fn of(&self, request: Option<RequestId>) -> Stream {
        self.streams.get(Part::Of(request))
    }

    /// Takes an event as the next one; its request was made a [`part`](Self::part) before.
    pub(crate) fn push(&mut self, request: Option<RequestId>, leaf: Hash) {
        self.streams.push(request, self.tree.size(), &leaf);
        self.tree.push(leaf);
    }
}

/// Why what a file says was not taken up.
#[derive(Debug)]
pub(crate) enum Refused {
    Store(rusqlite::Error),
    Damaged(Damage),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Damage> for Refused {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Refused> for LedgerError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => Self::Unavailable(error.into()),
            Refused::Damaged(damage) => damage.into(),
        }
    }
}

impl Known {
    /// What a scan found, which has verified all of it.
    pub(crate) fn new(vkey: Vkey, head: Head, streams: Streams) -> Self {
        Self { vkey, head, streams }
    }

    pub(crate) fn shared(self) -> SharedKnown {
        SharedKnown(Arc::new(Mutex::new(self)))
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    pub(crate) fn stream(&self, part: Part) -> Stream {
        self.streams.get(part)
    }

    /// Makes this equal to the snapshot that `conn` has, or is about to have, of the file: takes up what was
    /// appended since, if it leads to a head that the log key signed, and refuses everything else.
    pub(crate) fn follow(&mut self, conn: &Connection) -> Result<(), Refused> {
        let size = self.head.size();
        let stored = Stored::load(&mut conn.prepare(Stored::QUERY)?)?;
        let gone = || Damage::at(size.saturating_sub(1), "there is no signed head");
        let stored = stored.ok_or_else(gone)?;
        if !self.head.is(&stored) {
            let found = stored.check(&self.vkey)?;
            self.continues_to(&found)?;
            let ahead = self.catch_up(conn, &found)?;
            self.adopt(found, ahead);
        }
        self.whole(conn)
    }

    /// Takes up what was committed after the head that is known.
    pub(crate) fn adopt(&mut self, head: Head, ahead: Ahead) {
        self.streams.replace(ahead.streams);
        self.head = head;
    }

    fn continues_to(&self, found: &Head) -> Result<(), Damage> {
        let (known, size) = (self.head.size(), found.size());
        let last = known.saturating_sub(1);
        if size < known {
            let detail = format!("the ledger was rolled back to {size} events while it was open");
            return Err(Damage::between(size, last, detail));
        }
        if size == known && found.tree != self.head.tree {
            let detail = "the ledger was replaced by another one while it was open";
            return Err(Damage::between(0, last, detail));
        }
        Ok(())
    }

    /// The events between the head that is known and the one that was `found`, if they are what lies between.
    fn catch_up(&self, conn: &Connection, found: &Head) -> Result<Ahead, Refused> {
        let mut ahead = Ahead::new(self);
        let (from, to) = (self.head.size(), found.size());
        let sql = format!("SELECT {COLUMNS} FROM event WHERE idx >= ?1 AND idx < ?2 ORDER BY idx");
        let mut query = conn.prepare(&sql)?;
        let bound = |size| i64::try_from(size).unwrap_or(i64::MAX);
        let mut rows = query.query(params![bound(from), bound(to)])?;
        while let Some(row) = rows.next()? {
            let event = Event::read(row, ahead.tree.size())?;
            event.check()?;
            let request = event.request_id()?;
            ahead.part(Part::Of(request), self);
            ahead.push(request, event.leaf);
        }
        let (size, last) = (ahead.tree.size(), to.saturating_sub(1));
        if size < to {
            let detail = "it is missing, and the signed head covers it";
            return Err(Damage::between(size, last, detail).into());
        }
        if ahead.tree != found.tree {
            let detail = format!("the events from {from} on do not lead to the signed head");
            return Err(Damage::between(from, last, detail).into());
        }
        Ok(ahead)
    }

    /// The table must end where the head does.
    fn whole(&self, conn: &Connection) -> Result<(), Refused> {
        let mut query = conn.prepare("SELECT max(idx) FROM event")?;
        let last: Option<i64> = query.query_row([], |row| row.get(0))?;
        let last = last.and_then(|last| u64::try_from(last).ok());
        let (rows, size) = (last.map_or(0, |last| last.saturating_add(1)), self.head.size());
        if rows > size {
            return Err(Damage::at(rows.saturating_sub(1), "it is beyond the signed head").into());
        }
        if rows < size {
            let detail = "it is missing, and the signed head covers it";
            return Err(Damage::between(rows, size.saturating_sub(1), detail).into());
        }
        Ok(())
    }
}

/// One [`Known`] for all threads of a ledger.
#[derive(Clone, Debug)]
pub(crate) struct SharedKnown(Arc<Mutex<Known>>);

impl SharedKnown {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Known> {
        // A panic leaves it whole: what is taken up is complete before it is.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
