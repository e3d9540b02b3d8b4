//! The newest head: what the file says, held against the log's key.

use approvals_core::SignedHead;
use approvals_log::{Checkpoint, Frontier, SignedNote, Vkey};
use rusqlite::{Connection, OptionalExtension, Statement, params};

use crate::error::Damage;

/// A signed head and what is needed to append after it.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) signed: SignedHead,
    pub(crate) tree: Frontier,
}

/// The columns of `head`, not yet checked.
#[derive(Debug)]
pub(crate) struct Stored {
    size: i64,
    root: Vec<u8>,
    frontier: Vec<u8>,
    note: String,
}

impl Stored {
    pub(crate) const QUERY: &str = "SELECT size, root, frontier, note FROM head WHERE id = 1";

    pub(crate) fn load(query: &mut Statement<'_>) -> rusqlite::Result<Option<Self>> {
        let stored = query.query_row([], |row| {
            Ok(Self {
                size: row.get(0)?,
                root: row.get(1)?,
                frontier: row.get(2)?,
                note: row.get(3)?,
            })
        });
        stored.optional()
    }

    /// Checks signature, size, root and frontier against each other.
    pub(crate) fn check(self, vkey: &Vkey) -> Result<Head, Damage> {
        let damage = |detail: String| Damage::between(0, self.last(), detail);
        let checkpoint = open_note(&self.note, vkey)
            .map_err(|reason| damage(format!("the signed head does not verify: {reason}")))?;
        let tree = Frontier::from_bytes(&self.frontier)
            .map_err(|reason| damage(format!("the stored tree cannot be read: {reason}")))?;
        let agree = u64::try_from(self.size) == Ok(checkpoint.size())
            && self.root == checkpoint.root()
            && tree.size() == checkpoint.size()
            && tree.root() == checkpoint.root();
        if !agree {
            return Err(damage("the stored tree is not the one that was signed".into()));
        }
        Ok(Head { signed: SignedHead { checkpoint, note: self.note }, tree })
    }

    fn last(&self) -> u64 {
        u64::try_from(self.size).unwrap_or_default().saturating_sub(1)
    }
}

impl Head {
    pub(crate) fn size(&self) -> u64 {
        self.signed.checkpoint.size()
    }

    pub(crate) fn load(conn: &Connection, vkey: &Vkey) -> rusqlite::Result<Result<Self, Damage>> {
        Ok(match Stored::load(&mut conn.prepare(Stored::QUERY)?)? {
            Some(stored) => stored.check(vkey),
            None => Err(Damage::at(0, "there is no signed head")),
        })
    }

    /// Whether the stored head is this one, in every column.
    pub(crate) fn is(&self, stored: &Stored) -> bool {
        u64::try_from(stored.size) == Ok(self.size())
            && stored.root == self.signed.checkpoint.root()
            && stored.note == self.signed.note
            && stored.frontier == self.tree.to_bytes()
    }

    /// Writes the first head of a new file.
    pub(crate) fn insert(&self, conn: &Connection) -> rusqlite::Result<()> {
        let size = i64::try_from(self.size()).unwrap_or(i64::MAX);
        let root = self.signed.checkpoint.root();
        conn.execute(
            "INSERT INTO checkpoint(size, note) VALUES(?1, ?2)",
            params![size, self.signed.note],
        )?;
        conn.execute(
            "INSERT INTO head(id, size, root, frontier, note) VALUES(1, ?1, ?2, ?3, ?4)",
            params![size, root, self.tree.to_bytes(), self.signed.note],
        )?;
        Ok(())
    }
}

/// Parses a note and verifies that the log's key signed a head with it.
pub(crate) fn open_note(note: &str, vkey: &Vkey) -> Result<Checkpoint, String> {
    let parsed = SignedNote::parse(note).map_err(|reason| reason.to_string())?;
    // One spelling only, so that what is handed out is what was verified.
    if parsed.to_string() != note {
        return Err("the note is not spelled canonically".into());
    }
    Checkpoint::open(&parsed, vkey).map_err(|reason| reason.to_string())
}
