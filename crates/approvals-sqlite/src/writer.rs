//! The one thread that writes: it commits whatever is waiting as one group.

use std::path::PathBuf;

use approvals_core::{Append, Appended, LedgerError};
use approvals_log::Checkpoint;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Damage, OpenError};
use crate::group::{Failure, Group, HeadSigner};
use crate::known::SharedKnown;
use crate::open;

/// The most appends in one transaction, and the most that wait for it.
pub(crate) const MAX_GROUP: usize = 256;

/// An append, and where its answer goes.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) append: Append,
    pub(crate) answer: oneshot::Sender<Result<Appended, LedgerError>>,
}

pub(crate) type Jobs = mpsc::Receiver<Job>;

#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    signer: HeadSigner,
    /// The file may only go on from here.
    known: SharedKnown,
}

impl Writer {
    pub(crate) fn open(
        path: PathBuf,
        signer: HeadSigner,
        seen: &[Checkpoint],
    ) -> Result<(Self, Connection), OpenError> {
        let (conn, known) = open::writable(&path, &signer, seen)?;
        Ok((Self { path, signer, known: known.shared() }, conn))
    }

    /// What the readers share with it.
    pub(crate) fn known(&self) -> SharedKnown {
        self.known.clone()
    }

    /// Answers jobs until the last ledger that could send one is gone.
    ///
    /// The connection is closed last, after those of the readers: then SQLite moves everything into the one
    /// file. The channel `readers` ends with them.
    pub(crate) fn run(mut self, conn: Connection, mut jobs: Jobs, mut readers: mpsc::Receiver<()>) {
        let mut usable = Some(conn);
        while let Some(group) = next_group(&mut jobs) {
            let conn = usable.take().map_or_else(|| self.reopen(), Ok);
            usable = match conn {
                Ok(conn) => self.session(&conn, group, &mut jobs).then_some(conn),
                Err(failure) => {
                    refuse(group, &failure);
                    None
                }
            };
        }
        while readers.blocking_recv().is_some() {}
    }

    /// Commits groups on one connection, until it breaks (`false`) or nothing is left to do.
    fn session(&mut self, conn: &Connection, first: Vec<Job>, jobs: &mut Jobs) -> bool {
        let mut statements = match Group::prepare(conn) {
            Ok(statements) => statements,
            Err(error) => {
                refuse(first, &Failure::broken(error));
                return false;
            }
        };
        let mut next = Some(first);
        while let Some(group) = next {
            if !self.commit(&mut statements, group) {
                return false;
            }
            next = next_group(jobs);
        }
        true
    }

    /// Whether the connection can be used for the next group.
    fn commit(&mut self, statements: &mut Group<'_>, group: Vec<Job>) -> bool {
        let appends: Vec<&Append> = group.iter().map(|job| &job.append).collect();
        match statements.store(&appends, &self.known, &self.signer) {
            Ok(results) => {
                for (job, appended) in group.into_iter().zip(results) {
                    answer(job, appended.ok_or(LedgerError::Conflict));
                }
                true
            }
            Err(failure) => {
                tracing::error!(
                    ?failure,
                    appends = group.len(),
                    "the ledger stored nothing of a group"
                );
                refuse(group, &failure);
                matches!(failure, Failure::Refused(_))
            }
        }
    }

    /// A new connection after an error. A failed write or flush cannot be repeated in place, so the file is
    /// read as after a crash, and must go on from the head that is known.
    fn reopen(&mut self) -> Result<Connection, Failure> {
        let before = self.known.lock().head().signed.checkpoint.clone();
        let opened = open::writable(&self.path, &self.signer, std::slice::from_ref(&before));
        let (conn, found) = opened.map_err(|error| {
            if let OpenError::Damaged { damages, .. } = &error
                && let Some(damage) = damages.as_slice().first()
            {
                return Failure::Damaged(damage.clone());
            }
            if let OpenError::Seen { source, .. } = &error {
                let detail = format!("the ledger does not go on from its own head: {source}");
                return Failure::Damaged(Damage::at(before.size().saturating_sub(1), detail));
            }
            Failure::broken(error)
        })?;
        let mut known = self.known.lock();
        // If a reader took up more meanwhile, that may be newer than what was scanned here.
        if known.head().signed.checkpoint == before {
            *known = found;
        }
        tracing::info!(size = known.head().size(), "the ledger was reopened");
        Ok(conn)
    }
}

/// Waits for one job and takes along what else is waiting.
fn next_group(jobs: &mut Jobs) -> Option<Vec<Job>> {
    let mut group = vec![jobs.blocking_recv()?];
    while group.len() < MAX_GROUP
        && let Ok(job) = jobs.try_recv()
    {
        group.push(job);
    }
    Some(group)
}

fn refuse(group: Vec<Job>, failure: &Failure) {
    for job in group {
        answer(job, Err(failure.answer()));
    }
}

fn answer(job: Job, result: Result<Appended, LedgerError>) {
    // A caller that no longer waits reads again.
    drop(job.answer.send(result));
}
