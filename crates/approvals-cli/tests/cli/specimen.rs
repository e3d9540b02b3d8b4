//! Copies of the ledger in which the story stands, to look at and to spoil.

use std::fs;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::OnceLock;

use approvals_core::RequestId;
use rusqlite::Connection;
use serde_json::Value;

use crate::drama;
use crate::program::{Folder, Ran, approvals_in, folder};
use crate::story;

/// The action whose document stands beside its entry.
const LARGE: &str = "s3.export";

/// A ledger in a folder of its own.
#[derive(Debug)]
pub(crate) struct Specimen {
    pub(crate) folder: Folder,
}

/// The story, told once.
fn original() -> &'static [u8] {
    static ORIGINAL: OnceLock<Vec<u8>> = OnceLock::new();
    ORIGINAL.get_or_init(|| tell("story", |path| Box::pin(async move { story::tell(&path).await })))
}

/// The other one, with all that people state, told once.
fn drama() -> &'static [u8] {
    static DRAMA: OnceLock<Vec<u8>> = OnceLock::new();
    DRAMA.get_or_init(|| {
        tell("drama", |path| Box::pin(async move { Box::pin(drama::tell(&path)).await }))
    })
}

/// One file, as it is after the crash of its process and the next clean end.
fn tell(name: &str, teller: fn(PathBuf) -> Pin<Box<dyn Future<Output = ()>>>) -> Vec<u8> {
    let folder = folder(name);
    let (told, copy) = (folder.join("told.db"), folder.join("copy.db"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(teller(told.clone()));
    fs::copy(&told, &copy).unwrap();
    fs::copy(folder.join("told.db-wal"), folder.join("copy.db-wal")).unwrap();
    // Closing the last connection brings the write-ahead log home.
    Connection::open(&copy)
        .unwrap()
        .query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0))
        .unwrap();
    assert!(!folder.join("copy.db-wal").exists());
    fs::read(copy).unwrap()
}

impl Specimen {
    /// A copy, as `approvals.db` in a new folder of this name.
    pub(crate) fn new(name: &str) -> Self {
        Self::of(original(), name)
    }

    /// A copy of the ledger in which people state things, with emergencies and standing grants.
    pub(crate) fn drama(name: &str) -> Self {
        Self::of(drama(), name)
    }

    fn of(original: &[u8], name: &str) -> Self {
        let specimen = Self { folder: folder(name) };
        fs::write(specimen.path(), original).unwrap();
        specimen
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("approvals.db")
    }

    /// Runs the program beside it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        approvals_in(&self.folder, arguments)
    }

    /// Works on the file past the ledger.
    pub(crate) fn sql<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
        work(&Connection::open(self.path()).unwrap()).unwrap()
    }

    pub(crate) fn entry(&self, index: u32) -> Vec<u8> {
        self.sql(|conn| {
            conn.query_row("SELECT entry FROM event WHERE idx = ?1", [index], |row| row.get(0))
        })
    }

    /// How many events there are.
    pub(crate) fn count(&self) -> u32 {
        self.sql(|conn| conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)))
    }

    /// The indices of the events of this kind.
    pub(crate) fn of_kind(&self, kind: &str) -> Vec<u32> {
        let named = |index: &u32| {
            let event: Value = serde_json::from_slice(&self.entry(*index)).unwrap();
            event["what"].get(kind).is_some()
        };
        (0..self.count()).filter(named).collect()
    }

    /// The request that asked for `action`.
    pub(crate) fn request(&self, action: &str) -> RequestId {
        let asked = |index: &u32| {
            let event: Value = serde_json::from_slice(&self.entry(*index)).unwrap();
            let document =
                event["what"]["requested"]["document"]["inline"].as_str().unwrap_or_default();
            let is_large =
                event["what"]["requested"]["document"].get("beside").is_some() && action == LARGE;
            is_large || document.starts_with(&format!("{{\"action\":\"{action}\","))
        };
        let index = (0..self.count()).find(asked).unwrap();
        let event: Value = serde_json::from_slice(&self.entry(index)).unwrap();
        event["request"].as_str().unwrap().parse().unwrap()
    }
}
