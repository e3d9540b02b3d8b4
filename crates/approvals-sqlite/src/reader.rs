//! Threads that read, each on its own connection, so that no async thread ever waits for the disk.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use approvals_core::LedgerError;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::connect;
use crate::read::unavailable;

/// How many reads run at the same time.
pub(crate) const THREADS: usize = 2;

/// A question to the connection, or to the error that there is instead; it says whether to keep the
/// connection.
type Job = Box<dyn FnOnce(Result<&Connection, LedgerError>) -> bool + Send>;

/// Where questions go in.
#[derive(Debug)]
pub(crate) struct Questions(mpsc::Sender<Job>);

/// Where they come out, shared by the threads.
#[derive(Clone)]
pub(crate) struct Queue(Arc<Mutex<mpsc::Receiver<Job>>>);

pub(crate) fn queue() -> (Questions, Queue) {
    let (send, receive) = mpsc::channel();
    (Questions(send), Queue(Arc::new(Mutex::new(receive))))
}

impl Questions {
    /// Asks, and waits without blocking. If the caller stops waiting, the answer is thrown away.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (send, receive) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            if send.is_closed() {
                return true;
            }
            let answer = conn.and_then(question);
            let usable = answer.is_ok();
            drop(send.send(answer));
            usable
        });
        self.0.send(job).map_err(|_gone| unavailable("the ledger is closed"))?;
        receive.await.map_err(unavailable)?
    }
}

/// Answers until the ledger is gone. The connection is made when it is needed, and anew after an error.
pub(crate) fn run(path: &Path, queue: &Queue) {
    let mut usable = None;
    while let Some(job) = queue.next() {
        usable = answer(path, usable.take(), job);
    }
}

fn answer(path: &Path, usable: Option<Connection>, job: Job) -> Option<Connection> {
    match usable.map_or_else(|| connect::reader(path), Ok) {
        Ok(conn) => job(Ok(&conn)).then_some(conn),
        Err(error) => {
            job(Err(unavailable(error)));
            None
        }
    }
}

impl Queue {
    fn next(&self) -> Option<Job> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}
