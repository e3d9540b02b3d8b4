//! Files that say who is who: nobody but this process's user and root may be able to say it.

use std::fs::File;
use std::path::Path;

use approvals_core::private::open_regular;

use crate::error::Error;
use crate::trust;

/// A small text file that nobody else can change, or put another one in the place of.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    let file =
        open_regular(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    ensure_own(path, &file)?;
    trust::text(path, file)
}

#[cfg(unix)]
fn ensure_own(path: &Path, file: &File) -> Result<(), Error> {
    own::place(path)?;
    own::file(path, file)
}

#[cfg(not(unix))]
fn ensure_own(_path: &Path, _file: &File) -> Result<(), Error> {
    Ok(())
}

#[cfg(unix)]
mod own {
    use std::fs::{self, File, Metadata};
    use std::io;
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use approvals_core::private::is_own;

    use crate::error::Error;

    /// The most links that lead from one to the next.
    const LINKS: usize = 40;
    /// Others than the owner can write it.
    const WRITABLE: u32 = 0o022;
    /// What is in a folder is for its owner alone to rename or remove.
    const STICKY: u32 = 0o1000;

    /// What was opened, rather than what has the name by now.
    pub(super) fn file(path: &Path, file: &File) -> Result<(), Error> {
        let about = file.metadata().map_err(failed(path))?;
        own(path, &about)?;
        if about.mode() & WRITABLE == 0 { Ok(()) } else { Err(Error::Writable(path.to_owned())) }
    }

    /// The folder that it stands in; of a link, also that of what it leads to.
    pub(super) fn place(path: &Path) -> Result<(), Error> {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let folder = match path.parent() {
                Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
                Some(folder) => folder,
                None => &path,
            };
            let around = fs::metadata(folder).map_err(failed(folder))?;
            own(folder, &around)?;
            if around.mode() & WRITABLE != 0 && around.mode() & STICKY == 0 {
                return Err(Error::Writable(folder.to_owned()));
            }
            let about = fs::symlink_metadata(&path).map_err(failed(&path))?;
            if !about.is_symlink() {
                return Ok(());
            }
            own(&path, &about)?;
            path = folder.join(fs::read_link(&path).map_err(failed(&path))?);
        }
        Err(failed(&path)(io::Error::other("too many links lead to it")))
    }

    fn own(path: &Path, about: &Metadata) -> Result<(), Error> {
        if is_own(about) { Ok(()) } else { Err(Error::Foreign(path.to_owned())) }
    }

    fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
        |source| Error::File { path: path.to_owned(), source }
    }
}
