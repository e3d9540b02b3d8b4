//! One group of appends in one transaction: compare, insert, sign once, commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Append, Appended, LedgerError, NewEntry, RequestId, SignedHead, Signer};
use approvals_log::{Checkpoint, Frontier, Hash, SignedNote, Vkey, leaf_hash};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Statement, params};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::error::{BoxError, Damage};
use crate::event::request_column;
use crate::head::Head;
use crate::known::{Ahead, Refused, SharedKnown};
use crate::part::Part;

/// How long the log key may take for one signature, while others wait for the file.
const SIGN_WITHIN: Duration = Duration::from_secs(30);

/// Signs heads from a thread that is not async.
#[derive(Debug)]
pub(crate) struct HeadSigner {
    pub(crate) vkey: Vkey,
    pub(crate) key: Arc<dyn Signer>,
    pub(crate) runtime: Runtime,
}

impl HeadSigner {
    /// A head over `tree`. The signature is verified, so that a faulty signer cannot spoil the log.
    pub(crate) fn sign(&self, tree: Frontier) -> Result<Head, BoxError> {
        let checkpoint = Checkpoint::new(self.vkey.name(), tree.size(), tree.root())?;
        let text = checkpoint.to_text();
        let signing = async { timeout(SIGN_WITHIN, self.key.sign(text.as_bytes())).await };
        // A key that panics is a key that does not sign; this thread must live on.
        let signed = catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(signing)));
        let signature = signed.map_err(|_payload| "the log key panicked")???;
        let note = SignedNote::assemble(text, &self.vkey, signature)?.to_string();
        Ok(Head { signed: SignedHead { checkpoint, note }, tree })
    }
}

/// Why a whole group was not stored.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// Nothing was stored, and the connection is as good as before.
    Refused(Arc<BoxError>),
    /// Nothing was stored; the connection must not be used again.
    Broken(Arc<BoxError>),
    /// The file is not what it was; nothing was stored.
    Damaged(Damage),
    /// The commit failed: whether it took place is known only after reopening.
    Undecided(Arc<BoxError>),
}

impl Failure {
    pub(crate) fn refused(error: impl Into<BoxError>) -> Self {
        Self::Refused(Arc::new(error.into()))
    }

    pub(crate) fn broken(error: impl Into<BoxError>) -> Self {
        Self::Broken(Arc::new(error.into()))
    }

    pub(crate) fn answer(&self) -> LedgerError {
        match self {
            Self::Refused(error) | Self::Broken(error) => {
                LedgerError::Unavailable(Shared::of(error))
            }
            Self::Undecided(error) => LedgerError::Unknown(Shared::of(error)),
            Self::Damaged(damage) => damage.clone().into(),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Store(error) => Self::broken(error),
            Refused::Damaged(damage) => Self::Damaged(damage),
        }
    }
}

/// A group in the tables, not yet committed.
struct Written {
    base: Head,
    /// The head over everything, which is `base` if there was nothing but conflicts.
    next: Head,
    ahead: Ahead,
    /// What became of each append, in order: its first index, or `None` for a conflict.
    placed: Vec<Option<u64>>,
}

/// The statements of a group, prepared once for a connection.
pub(crate) struct Group<'c> {
    conn: &'c Connection,
    begin: Statement<'c>,
    last: Statement<'c>,
    event: Statement<'c>,
    attachment: Statement<'c>,
    checkpoint: Statement<'c>,
    advance: Statement<'c>,
    commit: Statement<'c>,
}

impl<'c> Group<'c> {
    pub(crate) fn prepare(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            begin: conn.prepare("BEGIN IMMEDIATE")?,
            last: conn.prepare(
                "SELECT seq, idx FROM event WHERE request = ?1 ORDER BY seq DESC LIMIT 1",
            )?,
            event: conn.prepare(
                "INSERT INTO event(idx, request, seq, leaf, entry) VALUES(?1, ?2, ?3, ?4, ?5)",
            )?,
            attachment: conn.prepare(
                "INSERT INTO attachment(idx, n, digest, erasable, bytes) VALUES(?1, ?2, ?3, ?4, ?5)",
            )?,
            checkpoint: conn.prepare("INSERT INTO checkpoint(size, note) VALUES(?1, ?2)")?,
            advance: conn.prepare(
                "UPDATE head SET size = ?1, root = ?2, frontier = ?3, note = ?4
                 WHERE id = 1 AND size = ?5 AND root = ?6",
            )?,
            commit: conn.prepare("COMMIT")?,
        })
    }

    /// Stores what does not conflict, after the head that is `known`, or that others appended since.
    ///
    /// What each append is answered, in order; `None` for a conflict.
    pub(crate) fn store(
        &mut self,
        appends: &[&Append],
        known: &SharedKnown,
        signer: &HeadSigner,
    ) -> Result<Vec<Option<Appended>>, Failure> {
        self.begin.execute([]).map_err(|error| match error.sqlite_error_code() {
            // Another process holds the file for longer than we wait; that breaks nothing.
            Some(ErrorCode::DatabaseBusy) => Failure::refused(error),
            _ => Failure::broken(error),
        })?;
        let stored = self.write(appends, known, signer).and_then(|written| {
            let Written { base, next, ahead, placed } = written;
            if next.size() > base.size() {
                self.commit.execute([]).map_err(|e| Failure::Undecided(Arc::new(e.into())))?;
                let mut known = known.lock();
                // A reader may have seen the commit before this thread came here, and have taken it up.
                if known.head().size() == base.size() {
                    known.adopt(next.clone(), ahead);
                }
            } else {
                self.roll_back();
            }
            let appended = |first| Appended { first, head: next.signed.clone() };
            Ok(placed.into_iter().map(|first| first.map(appended)).collect())
        });
        if stored.is_err() {
            self.roll_back();
        }
        stored
    }

    /// Everything up to the commit. A head that is signed here and then not committed is dropped unseen.
    fn write(
        &mut self,
        appends: &[&Append],
        known: &SharedKnown,
        signer: &HeadSigner,
    ) -> Result<Written, Failure> {
        let (base, mut ahead) = self.follow(appends, known)?;
        let mut placed = Vec::with_capacity(appends.len());
        for append in appends {
            placed.push(self.append(append, &mut ahead)?);
        }
        if ahead.tree.size() == base.size() {
            return Ok(Written { next: base.clone(), base, ahead, placed });
        }
        let next = signer.sign(ahead.tree.clone()).map_err(Failure::refused)?;
        self.advance(&base, &next).map_err(Failure::broken)?;
        Ok(Written { base, next, ahead, placed })
    }

    /// Takes up what another process appended since. Until this transaction ends nobody can append more.
    fn follow(&self, appends: &[&Append], known: &SharedKnown) -> Result<(Head, Ahead), Failure> {
        let mut known = known.lock();
        known.follow(self.conn)?;
        let mut ahead = Ahead::new(&known);
        for append in appends {
            ahead.part(Part::Of(append.request), &known);
            if append.log_expected.is_some() {
                ahead.part(Part::Of(None), &known);
            }
        }
        Ok((known.head().clone(), ahead))
    }

    fn append(&mut self, append: &Append, ahead: &mut Ahead) -> Result<Option<u64>, Failure> {
        let count = self.count_of(append.request, ahead)?;
        let log_is_at = match append.log_expected {
            Some(expected) => self.count_of(None, ahead)? == expected,
            None => true,
        };
        if count != append.expected || !log_is_at {
            return Ok(None);
        }
        let request = request_column(append.request);
        let first = ahead.tree.size();
        for (seq, new) in (count..).zip(&append.entries) {
            let leaf = leaf_hash(&new.bytes);
            self.insert(&request, ahead.tree.size(), seq, &leaf, new).map_err(Failure::broken)?;
            ahead.push(append.request, leaf);
        }
        Ok(Some(first))
    }

    /// How many entries a request has. If the end of one were removed, what it used up would be unused again.
    fn count_of(&mut self, of: Option<RequestId>, ahead: &Ahead) -> Result<u64, Failure> {
        let number =
            |row: &Row<'_>, at| row.get(at).map(|it: i64| u64::try_from(it).unwrap_or(u64::MAX));
        let last = self
            .last
            .query_row([&request_column(of)], |row| Ok((number(row, 0)?, number(row, 1)?)))
            .optional();
        let before = ahead.of(of);
        before.check_last(last.map_err(Failure::broken)?).map_err(Failure::Damaged)?;
        Ok(before.count)
    }

    fn insert(
        &mut self,
        request: &str,
        index: u64,
        seq: u64,
        leaf: &Hash,
        new: &NewEntry,
    ) -> rusqlite::Result<()> {
        let (index, seq) = (to_sql(index)?, to_sql(seq)?);
        self.event.execute(params![index, request, seq, leaf, new.bytes])?;
        for (n, beside) in (0_i64..).zip(&new.attachments) {
            let digest = beside.digest.to_string();
            self.attachment.execute(params![index, n, digest, beside.erasable, beside.bytes])?;
        }
        Ok(())
    }

    fn advance(&mut self, from: &Head, to: &Head) -> Result<(), BoxError> {
        let (before, after) = (&from.signed.checkpoint, &to.signed.checkpoint);
        let size = to_sql(after.size())?;
        self.checkpoint.execute(params![size, to.signed.note])?;
        let frontier = to.tree.to_bytes();
        let changed = self.advance.execute(params![
            size,
            after.root(),
            frontier,
            to.signed.note,
            to_sql(before.size())?,
            before.root()
        ])?;
        if changed == 1 { Ok(()) } else { Err("the head was moved by somebody else".into()) }
    }

    fn roll_back(&self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
        }
    }
}

fn to_sql(number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// One cause for several answers.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Shared(Arc<BoxError>);

impl Shared {
    fn of(error: &Arc<BoxError>) -> BoxError {
        Box::new(Self(Arc::clone(error)))
    }
}
