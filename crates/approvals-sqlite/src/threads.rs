//! The threads of one open ledger, and how they end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use approvals_core::Signer;
use approvals_log::{Checkpoint, Vkey};
use tokio::sync::{mpsc, oneshot};

use crate::error::OpenError;
use crate::group::HeadSigner;
use crate::known::SharedKnown;
use crate::reader::{self, Questions};
use crate::writer::{Job, Jobs, MAX_GROUP, Writer};

/// The ways in. When they are dropped, the threads finish what is queued and end.
#[derive(Debug)]
pub(crate) struct Threads {
    pub(crate) appends: mpsc::Sender<Job>,
    pub(crate) questions: Questions,
    /// What the answers are held against.
    pub(crate) known: SharedKnown,
    /// Ends when every connection is closed.
    ended: mpsc::Receiver<()>,
}

impl Threads {
    /// Opens the file on the thread that will write to it.
    pub(crate) async fn start(
        path: &Path,
        vkey: Vkey,
        key: Arc<dyn Signer>,
        seen: &[Checkpoint],
    ) -> Result<Self, OpenError> {
        let (appends, jobs) = mpsc::channel(MAX_GROUP);
        let (questions, queue) = reader::queue();
        let (writing, ended) = mpsc::channel(1);
        let (reading, readers) = mpsc::channel::<()>(1);
        let (opening, opened) = oneshot::channel();

        let (file, seen) = (path.to_owned(), seen.to_vec());
        spawn("approvals-write", move || {
            write(file, vkey, key, &seen, jobs, readers, opening);
            drop::<mpsc::Sender<()>>(writing);
        })?;
        let known = opened.await.unwrap_or_else(|gone| Err(OpenError::Thread(gone.into())))?;
        for _ in 0..reader::THREADS {
            let (path, queue, reading) = (path.to_owned(), queue.clone(), reading.clone());
            spawn("approvals-read", move || {
                reader::run(&path, &queue);
                drop(reading);
            })?;
        }
        Ok(Self { appends, questions, known, ended })
    }

    pub(crate) async fn join(self) {
        let Self { appends, questions, mut ended, .. } = self;
        drop((appends, questions));
        while ended.recv().await.is_some() {}
    }
}

fn write(
    path: PathBuf,
    vkey: Vkey,
    key: Arc<dyn Signer>,
    seen: &[Checkpoint],
    jobs: Jobs,
    readers: mpsc::Receiver<()>,
    opening: oneshot::Sender<Result<SharedKnown, OpenError>>,
) {
    // Made here, since a runtime must not be dropped where async code runs.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let writer = runtime
        .map_err(|error| OpenError::Thread(error.into()))
        .and_then(|runtime| Writer::open(path, HeadSigner { vkey, key, runtime }, seen));
    match writer {
        Ok((writer, conn)) => {
            if opening.send(Ok(writer.known())).is_ok() {
                writer.run(conn, jobs, readers);
            }
        }
        Err(error) => drop(opening.send(Err(error))),
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
    let started = thread::Builder::new().name(name.into()).spawn(work);
    started.map(drop).map_err(|error| OpenError::Thread(error.into()))
}
