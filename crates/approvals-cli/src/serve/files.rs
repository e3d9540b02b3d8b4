//! The files that a new server begins with.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::error::Error;

/// What is filled in.
pub(crate) struct Names<'a> {
    pub(crate) url: &'a str,
    pub(crate) listen: &'a str,
    pub(crate) log: &'a str,
    pub(crate) name: &'a str,
    pub(crate) user: u32,
}

/// The names of the files, and their texts.
const FILES: [(&str, &str); 4] = [
    ("approvals.toml", include_str!("files/approvals.toml")),
    ("policy.toml", include_str!("files/policy.toml")),
    ("people.toml", include_str!("files/people.toml")),
    ("tokens.toml", include_str!("files/tokens.toml")),
];

/// Their names, the configuration first.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().map(|(name, _)| name)
}

/// Writes all of them, and replaces none.
pub(crate) fn write(folder: &Path, names: &Names<'_>) -> Result<(), Error> {
    let failed = |path: &Path, source| Error::Write { path: path.to_owned(), source };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        let Names { url, listen, log, name, user } = names;
        let text = text.replace("{url}", url).replace("{listen}", listen).replace("{log}", log);
        let text = text.replace("{name}", name).replace("{uid}", &user.to_string());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
        let mut file = options.open(&path).map_err(|error| failed(&path, error))?;
        file.write_all(text.as_bytes()).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
