//! Runs the program, and folders to run it in.

use std::ffi::OsStr;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs `approvals` in `folder`.
pub(crate) fn approvals_in(
    folder: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_approvals"));
    let Output { status, stdout, stderr } =
        command.args(arguments).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    Ran { status: status.code().unwrap(), out, err }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// It went well: status 0, and nothing to complain about.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// It was refused: the status, one `error:` line that says `what`, and one `help:` line.
    #[track_caller]
    pub(crate) fn refused(self, status: i32, what: &str) -> Self {
        let lines: Vec<_> = self.err.lines().collect();
        assert_eq!(self.status, status, "{self:?}");
        assert!(
            lines.len() >= 2 && lines[0].starts_with("error: ") && lines[0].contains(what),
            "{self:?}"
        );
        assert!(lines[lines.len().saturating_sub(1)].starts_with("help: "), "{self:?}");
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.starts_with("error:") || line.starts_with("help:"))
                .count(),
            2
        );
        self
    }
}

/// A folder that nobody else has, in this process or in another one. It goes when it is dropped, unless a test fails: then
/// what is in it is to be looked at.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

/// A new folder, below the one for tests; its name begins like this.
pub(crate) fn folder(name: &str) -> Folder {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("{name}-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
    // What a failed test of an earlier process of this number has left.
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    Folder(folder)
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            drop(fs::remove_dir_all(&self.0));
        }
    }
}

#[test]
fn no_folder_is_anothers_and_none_stays() {
    let (one, two) = (folder("same"), folder("same"));
    assert!(one.is_dir() && two.is_dir() && *one != *two);
    let name = one.file_name().unwrap().to_str().unwrap();
    assert!(name.contains(&process::id().to_string()), "{name}");
    let path = one.to_owned();
    drop(one);
    assert!(!path.exists() && two.is_dir());
}

/// Every file below `folder`, by its name from there.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Whether nothing is over 80 columns but what ends in a digest, which is there to be copied.
pub(crate) fn fits(text: &str) -> bool {
    let digest = |line: &str| {
        let word = line.rsplit(' ').next().unwrap_or_default();
        word.parse::<approvals_core::Digest>().is_ok()
    };
    text.lines().all(|line| line.len() <= 80 || digest(line))
}
