//! What the processes did, line by line, in a file that the library never reads.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::key::Key;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// The process is there.
    Began,
    /// The ledger is open, and the gate is built.
    Opened,
    /// `Gate::submit` is called.
    Asks,
    /// `Gate::submit` has returned a ticket.
    Submitted,
    /// `Gate::run` is called.
    Runs,
    /// The reviewer is about to approve.
    Approved,
    /// The reviewer is about to reject.
    Rejected,
    /// `Desk::decide` has returned `Ok`.
    Decided,
    /// The first instruction of the body.
    Ran,
    /// The last instruction of the body.
    Left,
    /// `Gate::run` has returned `Ok`.
    Acked,
    /// `Gate::run` has said no, as it should.
    Denied,
    /// Something failed that should not.
    Failed,
}

use Mark::*;

const MARKS: [Mark; 13] = [
    Began, Opened, Asks, Submitted, Runs, Approved, Rejected, Decided, Ran, Left, Acked, Denied,
    Failed,
];

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) mark: Mark,
    /// Which process wrote it.
    pub(crate) who: u32,
    /// Which call it is about; none for the process itself.
    pub(crate) key: Option<Key>,
}

/// The length of every line in bytes. It divides the size of a page: a kill can end a write between two pages,
/// and no line is ever on two.
pub(crate) const LINE: usize = 64;

/// The journal, as one process writes it.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    who: u32,
}

impl Journal {
    pub(crate) fn append_to(path: &Path, who: u32) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        Self { file, who }
    }

    /// Writes a line about the process itself.
    pub(crate) fn note(&self, mark: Mark) {
        self.write(mark, "-");
    }

    /// Writes a line about a call.
    pub(crate) fn note_of(&self, mark: Mark, key: &Key) {
        self.write(mark, key.as_str());
    }

    /// One write of the whole line, which is on the disk when this returns.
    fn write(&self, mark: Mark, about: &str) {
        let words = format!("{mark:?} {} {about}", self.who);
        let line = format!("{words:<width$}\n", width = LINE - 1);
        assert_eq!(line.len(), LINE);
        assert_eq!((&self.file).write(line.as_bytes()).unwrap(), LINE);
        // A kill takes nothing that is written; what a promise depends on is flushed all the same.
        if matches!(mark, Submitted | Approved | Rejected | Decided | Ran | Acked) {
            self.file.sync_data().unwrap();
        }
    }
}

/// All lines so far.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text.len() % LINE, 0, "a line was written in part");
    text.lines().map(parse).collect()
}

fn parse(line: &str) -> Line {
    let [mark, who, about] = line.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{line:?}")
    };
    Line {
        mark: *MARKS.iter().find(|known| format!("{known:?}") == mark).unwrap(),
        who: who.parse().unwrap(),
        key: (about != "-").then(|| Key::named(about)),
    }
}
