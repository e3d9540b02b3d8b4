//! The configuration of a server: one file, strictly read.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::error::Error;
use crate::mistake::Mistake;
use crate::trust;

/// The file unless another one is named.
pub(crate) const DEFAULT: &str = "approvals.toml";

/// What a server is made of. Paths are as they are to be opened.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) url: String,
    pub(crate) listen: SocketAddr,
    pub(crate) log: String,
    pub(crate) ledger: PathBuf,
    pub(crate) keys: PathBuf,
    pub(crate) policy: PathBuf,
    pub(crate) people: PathBuf,
    pub(crate) tokens: PathBuf,
    pub(crate) tls: Option<Tls>,
}

/// The files that TLS takes, in PEM.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    url: String,
    listen: SocketAddr,
    log: String,
    ledger: PathBuf,
    keys: PathBuf,
    policy: PathBuf,
    people: PathBuf,
    tokens: PathBuf,
    tls: Option<TlsFiles>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl Config {
    /// What the file at `path` says.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let text = trust::read(path)?;
        let file: File = toml::from_str(&text).map_err(|error| {
            Error::Mistakes(vec![Mistake::at(path, &text, error.span(), error.message())])
        })?;
        if *file.version.get_ref() != 1 {
            let span = Some(file.version.span());
            let problem = "this version reads `version = 1` only";
            return Err(Error::Mistakes(vec![Mistake::at(path, &text, span, problem)]));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let place = |file: PathBuf| folder.join(file);
        Ok(Self {
            url: file.url,
            listen: file.listen,
            log: file.log,
            ledger: place(file.ledger),
            keys: place(file.keys),
            policy: place(file.policy),
            people: place(file.people),
            tokens: place(file.tokens),
            tls: file
                .tls
                .map(|tls| Tls { certificate: place(tls.certificate), key: place(tls.key) }),
        })
    }
}
