//! The files of the project, and what may be wrong with them.

use std::fmt;
use std::path::Path;
use std::process::Command;

/// A text file, by its path from the root.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), text: text.into() }
    }

    /// Part of a library or a program: under `src`, and not named as a file of tests.
    pub(crate) fn is_production(&self) -> bool {
        let is_source = self.path.starts_with("src/") || self.path.contains("/src/");
        let is_test = ["/tests.rs", "_tests.rs"].iter().any(|end| self.path.ends_with(end));
        self.is_rust() && is_source && !is_test
    }

    pub(crate) fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// A problem on one line of this file, counted from 1.
    pub(crate) fn problem(&self, line: usize, what: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line, what: what.into() }
    }
}

/// Whether the name ends with a dot and this.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Problem {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Every text file that is in the repository, or would be after `git add`.
pub(crate) fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new("git")
        .args([
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output();
    let listed = listed.map(|output| output.stdout).unwrap_or_default();
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).ok().map(|text| File::new(path, text))
    };
    String::from_utf8_lossy(&listed).split('\0').filter_map(read).collect()
}
