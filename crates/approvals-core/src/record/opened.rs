//! Files that are believed: that they are files, and whose they are.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Opens a regular file, or one that a link leads to. Nothing is waited for: a pipe, which may never have a
/// writer, is refused like all else that is no regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    Ok(rustix::fs::open(path, flags, Mode::empty())?.into())
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Whether it belongs to this process's user, or to root: anybody else could change it at any time.
#[cfg(unix)]
#[must_use]
pub fn is_own(about: &Metadata) -> bool {
    let owner = std::os::unix::fs::MetadataExt::uid(about);
    owner == 0 || owner == rustix::process::geteuid().as_raw()
}

/// Whether it belongs to this process's user, or to root: here there are no such owners.
#[cfg(not(unix))]
#[must_use]
pub fn is_own(_about: &Metadata) -> bool {
    true
}
