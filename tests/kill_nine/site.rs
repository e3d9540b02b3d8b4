//! What a kill leaves behind: a folder with the keys, the ledger and the journal.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use approvals::Keyring;

pub(crate) const ORIGIN: &str = "example.org/shop/test";

/// The places in the folder.
#[derive(Clone, Debug)]
pub(crate) struct Site(PathBuf);

impl Site {
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn keys(&self) -> Keyring {
        Keyring::load(self.0.join("keys")).unwrap()
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// What the processes wrote to their standard error.
    pub(crate) fn errors(&self) -> PathBuf {
        self.0.join("errors")
    }
}

/// A new folder with keys and nothing else, removed at the end of a test that passed.
#[derive(Debug)]
pub(crate) struct NewSite(pub(crate) Site);

impl NewSite {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kill-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        Keyring::create(folder.join("keys")).unwrap();
        Self(Site(folder))
    }
}

impl Drop for NewSite {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("left for you to look at: {}", self.0.folder().display());
        } else {
            drop(std::fs::remove_dir_all(self.0.folder()));
        }
    }
}
