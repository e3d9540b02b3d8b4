//! One store, and the way to it from each gate: it refuses, delays, reorders, loses answers, and is cut.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;
use tokio::time::{Instant, sleep};

use crate::random::Random;

/// A bug that is planted in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// It appends whatever else was appended to the request.
    ExpectedIgnored,
    /// It appends whatever else was appended to the log.
    LogExpectedIgnored,
    /// It answers before anything is stored, and may then forget it.
    AnswersEarly,
}

/// What all gates share.
#[derive(Debug)]
pub(crate) struct Store {
    ledger: MemoryLedger,
    bug: Option<Bug>,
    /// How many entries there are.
    size: AtomicU64,
    appends: AtomicU64,
    pub(crate) conflicts: AtomicU64,
    pub(crate) lost: AtomicU64,
}

impl Store {
    pub(crate) fn new(ledger: MemoryLedger, bug: Option<Bug>) -> Self {
        let [size, appends, conflicts, lost] = [0; 4].map(AtomicU64::new);
        Self { ledger, bug, size, appends, conflicts, lost }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size.load(Ordering::SeqCst)
    }

    pub(crate) async fn all(&self) -> Vec<Entry> {
        self.ledger.entries(0, usize::MAX).await.unwrap()
    }

    async fn append(&self, mut append: Append) -> Result<Appended, LedgerError> {
        if self.bug == Some(Bug::LogExpectedIgnored) {
            append.log_expected = None;
        }
        if self.bug == Some(Bug::ExpectedIgnored) && append.request.is_some() {
            append.expected = self.ledger.history(append.request).await?.len() as u64;
        }
        let is_forgotten = self.appends.fetch_add(1, Ordering::SeqCst) % 7 == 6;
        if self.bug == Some(Bug::AnswersEarly) && is_forgotten {
            let first = self.size();
            return Ok(Appended { first, head: self.ledger.head().await? });
        }
        let count = append.entries.len() as u64;
        let appended = self.ledger.append(append).await;
        match &appended {
            Ok(_) => self.size.fetch_add(count, Ordering::SeqCst),
            Err(_) => self.conflicts.fetch_add(1, Ordering::SeqCst),
        };
        appended
    }
}

/// One gate's way to the store, for as long as its process lives.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) store: Arc<Store>,
    pub(crate) link: Arc<Link>,
}

#[derive(Debug)]
pub(crate) struct Link {
    random: Mutex<Random>,
    is_dead: AtomicBool,
    is_healed: AtomicBool,
    cut_until: Mutex<Instant>,
}

/// What becomes of one append.
enum Fate {
    Done,
    Refused,
    /// Stored, and the answer is lost.
    Lost,
    /// No answer, and it is still under way.
    Overdue,
}

impl Link {
    pub(crate) fn new(seed: u64) -> Self {
        let cut_until = Mutex::new(Instant::now());
        let [is_dead, is_healed] = [false; 2].map(AtomicBool::new);
        Self { random: Mutex::new(Random::new(seed)), is_dead, is_healed, cut_until }
    }

    /// The process is gone: whatever it still waits for never comes.
    pub(crate) fn kill(&self) {
        self.is_dead.store(true, Ordering::SeqCst);
    }

    /// From here on nothing goes wrong.
    pub(crate) fn heal(&self) {
        self.is_healed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn cut(&self, span: u64) {
        *self.cut_until.lock().unwrap() = Instant::now() + Duration::from_millis(span);
    }

    /// On the way, one way.
    async fn travel(&self) -> Result<(), LedgerError> {
        let span = {
            let mut random = self.random.lock().unwrap();
            match random.below(10) {
                0 => random.below(900),
                1..=4 => random.below(30),
                _at_once => 0,
            }
        };
        if span > 0 && !self.is_healed.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(span)).await;
        }
        if self.is_dead.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let is_cut = *self.cut_until.lock().unwrap() > Instant::now();
        if is_cut && !self.is_healed.load(Ordering::SeqCst) {
            return Err(LedgerError::Unavailable("no route to host".into()));
        }
        Ok(())
    }

    fn fate(&self) -> Fate {
        let chance = self.random.lock().unwrap().below(100);
        match chance {
            _ if self.is_healed.load(Ordering::SeqCst) => Fate::Done,
            0..3 => Fate::Refused,
            3..6 => Fate::Lost,
            6..8 => Fate::Overdue,
            _ => Fate::Done,
        }
    }

    /// A read that goes wrong now and then.
    async fn read<T>(
        &self,
        read: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        self.travel().await?;
        if matches!(self.fate(), Fate::Refused) && self.random.lock().unwrap().percent(40) {
            return Err(LedgerError::Unavailable("the answer was garbled".into()));
        }
        let found = read.await;
        self.travel().await?;
        found
    }
}

fn unknown() -> LedgerError {
    LedgerError::Unknown("the connection broke".into())
}

#[async_trait]
impl Ledger for Network {
    async fn append(&self, append: Append) -> Result<Appended, LedgerError> {
        self.link.travel().await?;
        match self.link.fate() {
            Fate::Refused => Err(LedgerError::Unavailable("the disk is full".into())),
            Fate::Lost => {
                self.store.lost.fetch_add(1, Ordering::SeqCst);
                self.store.append(append).await?;
                Err(unknown())
            }
            Fate::Overdue => {
                self.store.lost.fetch_add(1, Ordering::SeqCst);
                let store = Arc::clone(&self.store);
                let late = self.link.random.lock().unwrap().below(1500);
                drop(tokio::spawn(async move {
                    sleep(Duration::from_millis(late)).await;
                    store.append(append).await
                }));
                Err(unknown())
            }
            Fate::Done => {
                let appended = self.store.append(append).await;
                // An answer that cannot come back leaves open what it was.
                self.link.travel().await.map_err(|_cut| unknown())?;
                appended
            }
        }
    }

    async fn history(&self, of: Option<RequestId>) -> Result<Vec<Entry>, LedgerError> {
        self.link.read(self.store.ledger.history(of)).await
    }

    async fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, LedgerError> {
        self.link.read(self.store.ledger.entries(from, limit)).await
    }

    async fn head(&self) -> Result<SignedHead, LedgerError> {
        self.link.read(self.store.ledger.head()).await
    }
}
