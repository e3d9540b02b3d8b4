//! What the tests share: folders that vanish, keys, events.

#![allow(dead_code, reason = "no test uses all of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use approvals_core::{Append, Attachment, Digest, Ledger, LocalSigner, NewEntry, RequestId};
use approvals_sqlite::SqliteLedger;

pub(crate) const ORIGIN: &str = "example.com/team/test";

/// A folder of its own, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The files in it, with their bytes.
    pub(crate) fn contents(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut found: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect();
        found.sort();
        found
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn key(seed: u8) -> Arc<LocalSigner> {
    Arc::new(LocalSigner::from_seed(&[seed; 32]).unwrap())
}

pub(crate) async fn open(path: &Path) -> SqliteLedger {
    SqliteLedger::open(path, ORIGIN, key(7)).await.unwrap()
}

pub(crate) fn id(n: u32) -> RequestId {
    format!("00000000-0000-8000-8000-{n:012x}").parse().unwrap()
}

/// An append of `count` events, the first of them with attachments.
pub(crate) fn events(request: Option<RequestId>, expected: u64, count: u64) -> Append {
    let named = request.map_or("null".to_owned(), |id| format!("\"{id}\""));
    let beside = |text: String, erasable| Attachment {
        digest: Digest::of("test", text.as_bytes()),
        bytes: text.into_bytes(),
        erasable,
    };
    let entries = (expected..expected + count).map(|n| NewEntry {
        bytes: format!(r#"{{"n":{n},"request":{named},"what":"something {}"}}"#, n * 7919)
            .into_bytes(),
        attachments: if n == expected {
            vec![beside(format!("kept {n}"), false), beside(format!("personal {n}"), true)]
        } else {
            vec![]
        },
    });
    Append { request, expected, log_expected: None, entries: entries.collect() }
}

/// A small log: three requests and events of its own, in groups of one to four.
pub(crate) async fn small_log(path: &Path) {
    let ledger = open(path).await;
    for round in 0..3 {
        ledger.append(events(Some(id(1)), round * 2, 2)).await.unwrap();
        ledger.append(events(None, round, 1)).await.unwrap();
        ledger.append(events(Some(id(2)), round * 4, 4)).await.unwrap();
        ledger.append(events(Some(id(3)), round, 1)).await.unwrap();
    }
    ledger.close().await;
}

/// How many events [`small_log`] has.
pub(crate) const SMALL: u64 = 24;
