//! The tokens that are good now.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use approvals_core::{Digest, Timestamp};

use super::roll::{AuditorEntry, RequesterEntry, Roll, TokensError};

/// How often the file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// More than any file of tokens has.
const MAX_FILE: u64 = 2 * 1024 * 1024;

/// The tokens of agents and auditors, kept by their digests: who reads the file can use none of them.
///
/// ```
/// use approvals_http::{AuditorToken, RequesterToken, Tokens, TokensError};
///
/// let (agent, siem) = (RequesterToken::generate()?, AuditorToken::generate()?);
/// let file = format!(r#"
/// version = 1
///
/// [requester.deployer]
/// hash = "{}"
/// principal = {{ id = "agent:deployer", kind = "agent", groups = ["bots"] }}
/// on_behalf_of = [{{ id = "u:mira", kind = "human" }}]
/// actions = ["app.deploy", "s3.*"]        # these, and no others
/// expires = "2031-01-01T00:00:00Z"
///
/// [auditor.siem]
/// hash = "{}"
/// "#, agent.hash(), siem.hash());
/// let tokens: Tokens = file.parse()?;
/// # drop(tokens);
///
/// let error: TokensError = "version = 1\n[requester.x]\nadmin = true".parse::<Tokens>().unwrap_err();
/// assert_eq!((error.line(), error.column()), (3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tokens {
    path: Option<PathBuf>,
    text: Option<Vec<u8>>,
    roll: Arc<RwLock<Arc<Roll>>>,
}

/// A file of tokens that cannot be used.
///
/// ```
/// use approvals_http::{Tokens, TokensFileError};
///
/// let error = Tokens::open("no-such-folder/tokens.toml").unwrap_err();
/// assert!(matches!(error, TokensFileError::File { .. }));
/// assert_eq!(error.to_string(), "the file of tokens `no-such-folder/tokens.toml` cannot be read");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokensFileError {
    /// It cannot be read.
    #[error("the file of tokens `{}` cannot be read", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not say what such a file says.
    #[error("the file of tokens `{}` is refused: {error}", .path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: TokensError,
    },
}

impl std::str::FromStr for Tokens {
    type Err = TokensError;

    fn from_str(text: &str) -> Result<Self, TokensError> {
        let roll = Arc::new(RwLock::new(Arc::new(text.parse()?)));
        Ok(Self { path: None, text: None, roll })
    }
}

impl Tokens {
    /// Those in this file. It is looked at every second: a token that is taken out of it is good no more a second
    /// later. While the file cannot be read, or says something that is not understood, no token is good.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, TokensFileError> {
        let path = path.into();
        let text =
            read(&path).map_err(|source| TokensFileError::File { path: path.clone(), source })?;
        let roll =
            parse(&text).map_err(|error| TokensFileError::Refused { path: path.clone(), error })?;
        let roll = Arc::new(RwLock::new(Arc::new(roll)));
        Ok(Self { path: Some(path), text: Some(text), roll })
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        let roll = self.roll();
        roll.requesters.is_empty() && roll.auditors.is_empty()
    }

    /// Whether there may be others later.
    pub(crate) fn is_followed(&self) -> bool {
        self.path.is_some()
    }

    pub(crate) fn requester(&self, hash: &Digest, now: Timestamp) -> Option<Arc<RequesterEntry>> {
        let found = self.roll().requesters.get(hash).cloned();
        found.filter(|entry| entry.expires.is_none_or(|expires| now < expires))
    }

    pub(crate) fn auditor(&self, hash: &Digest, now: Timestamp) -> Option<Arc<AuditorEntry>> {
        let found = self.roll().auditors.get(hash).cloned();
        found.filter(|entry| entry.expires.is_none_or(|expires| now < expires))
    }

    fn roll(&self) -> Arc<Roll> {
        Arc::clone(&self.roll.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows the file as long as these tokens are there.
    pub(crate) fn follow(&mut self) {
        if let (Some(path), Some(text)) = (self.path.clone(), self.text.take()) {
            drop(tokio::spawn(follow(path, text, Arc::downgrade(&self.roll))));
        }
    }
}

async fn follow(path: PathBuf, text: Vec<u8>, roll: Weak<RwLock<Arc<Roll>>>) {
    let mut last = Some(text);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let file = path.clone();
        let found = tokio::task::spawn_blocking(move || read(&file)).await;
        let Some(roll) = roll.upgrade() else { return };
        let found = found.unwrap_or_else(|panic| Err(io::Error::other(panic)));
        match found {
            Ok(found) if last.as_ref() == Some(&found) => {}
            Ok(found) => {
                let read = parse(&found).unwrap_or_else(|error| {
                    tracing::error!(file = %path.display(), %error, "the file of tokens is refused: NO token is good until it is mended");
                    Roll::default()
                });
                set(&roll, read);
                last = Some(found);
            }
            Err(error) => {
                if last.take().is_some() {
                    tracing::error!(file = %path.display(), %error, "the file of tokens cannot be read: NO token is good until it can");
                    set(&roll, Roll::default());
                }
            }
        }
    }
}

fn set(roll: &RwLock<Arc<Roll>>, read: Roll) {
    *roll.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(MAX_FILE).read_to_end(&mut text)?;
    Ok(text)
}

fn parse(text: &[u8]) -> Result<Roll, TokensError> {
    // What is no text is refused where it stops to be some.
    String::from_utf8_lossy(text).parse()
}
