//! The three keys of a deployment, as files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::opened::{is_own, open_regular};
use super::signer::{LocalSigner, SignerError};

/// One key for each purpose.
///
/// On disk they are `log.pem`, `recorder.pem` and `grant.pem` in one directory, PKCS#8 PEM, readable by
/// their owner only, who is this process's user or root. Whoever has `log.pem` can rewrite the whole log.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Keyring, Signer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = std::env::temp_dir().join(format!("approvals-keyring-doc-{}", std::process::id()));
/// // Once, when the program is set up:
/// let made = Keyring::create(&dir)?;
///
/// // Each time that it starts:
/// let keys = Keyring::load(&dir)?;
/// assert_eq!(keys.grant.public_key(), made.grant.public_key());
/// assert_ne!(keys.grant.public_key(), keys.recorder.public_key());
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "taken apart by whoever wires a gate; a new purpose must not be overlooked"
)]
pub struct Keyring {
    /// Signs the heads of the log.
    pub log: LocalSigner,
    /// Signs decisions on behalf of channels.
    pub recorder: LocalSigner,
    /// Signs grants; another key than the recorder's.
    pub grant: LocalSigner,
}

/// Keys that could not be made, written or read.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Keyring, KeyringError};
///
/// let error = Keyring::load("no/such/folder").unwrap_err();
/// assert!(matches!(&error, KeyringError::Missing { path } if path.ends_with("log.pem")));
/// assert!(error.to_string().contains("make keys with `approvals keys new`"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// A file could not be read or written.
    #[error("the key file `{}` could not be {action}", .path.display())]
    File {
        /// The file of the key, or the folder that was to have it.
        path: PathBuf,
        /// What was tried: `read` or `written`.
        action: &'static str,
        /// What the operating system says.
        #[source]
        source: io::Error,
    },
    /// A file has no key that can be used.
    #[error("the key file `{}` was refused", .path.display())]
    Key {
        /// The file that was refused.
        path: PathBuf,
        /// What is wrong with its contents.
        #[source]
        source: SignerError,
    },
    /// A file is not there.
    #[error("there is no key file `{}`; make keys with `approvals keys new` in a new folder, or restore it if the others are there", .path.display())]
    Missing {
        /// The file that should be there.
        path: PathBuf,
    },
    /// A key could not be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// Somebody else owns a key: they have it, or chose it.
    #[error("the key file `{}` belongs to another user; make new keys, or `chown` it if you know that only you have it", .path.display())]
    Foreign {
        /// The file of somebody else.
        path: PathBuf,
    },
    /// Others can read a key.
    #[error("the key file `{}` can be read by others; `chmod 600` it, or make new keys if others may have it", .path.display())]
    Exposed {
        /// The file that others can read.
        path: PathBuf,
    },
}

const FILES: [&str; 3] = ["log.pem", "recorder.pem", "grant.pem"];

/// The most that is read of a file, in bytes; one key takes little more than a hundred.
const MAX_FILE: usize = 16 * 1024;

impl Keyring {
    /// New random keys, in memory only.
    pub fn generate() -> Result<Self, SignerError> {
        Ok(Self {
            log: LocalSigner::generate()?,
            recorder: LocalSigner::generate()?,
            grant: LocalSigner::generate()?,
        })
    }

    /// New random keys, written to `dir`, which is made if it is not there. Existing files are never replaced.
    pub fn create(dir: impl AsRef<Path>) -> Result<Self, KeyringError> {
        let dir = dir.as_ref();
        let keys = Self::generate()?;
        let failed = |path: &Path, source| KeyringError::File {
            path: path.to_owned(),
            action: "written",
            source,
        };
        fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
        for path in FILES.map(|name| dir.join(name)) {
            if path.exists() {
                return Err(failed(&path, io::ErrorKind::AlreadyExists.into()));
            }
        }
        for (name, key) in FILES.into_iter().zip([&keys.log, &keys.recorder, &keys.grant]) {
            let path = dir.join(name);
            write_secret(&path, &key.to_pem()?).map_err(|error| failed(&path, error))?;
        }
        Ok(keys)
    }

    /// The keys in `dir`.
    pub fn load(dir: impl AsRef<Path>) -> Result<Self, KeyringError> {
        let dir = dir.as_ref();
        let [log, recorder, grant] = FILES.map(|name| read_secret(dir.join(name)));
        Ok(Self { log: log?, recorder: recorder?, grant: grant? })
    }

    /// The keys in `dir`, made there if there are none yet.
    pub fn load_or_create(dir: impl AsRef<Path>) -> Result<Self, KeyringError> {
        let dir = dir.as_ref();
        if FILES.iter().any(|name| dir.join(name).exists()) {
            Self::load(dir)
        } else {
            Self::create(dir)
        }
    }
}

fn write_secret(path: &Path, pem: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(pem.as_bytes())?;
    file.sync_all()
}

fn read_secret(path: PathBuf) -> Result<LocalSigner, KeyringError> {
    let failed = |source| KeyringError::File { path: path.clone(), action: "read", source };
    let file = match open_regular(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyringError::Missing { path });
        }
        other => other.map_err(failed)?,
    };
    let about = file.metadata().map_err(failed)?;
    if !is_own(&about) {
        return Err(KeyringError::Foreign { path });
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&about) & 0o077 != 0 {
        return Err(KeyringError::Exposed { path });
    }
    // As large as it gets, so that no copy is left behind.
    let mut pem = Zeroizing::new(String::with_capacity(MAX_FILE));
    let most = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
    file.take(most).read_to_string(&mut pem).map_err(failed)?;
    LocalSigner::from_pem(&pem).map_err(|source| KeyringError::Key { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_for_their_owner_only_and_never_replaced() {
        let dir = std::env::temp_dir().join(format!("approvals-keyring-{}", std::process::id()));
        let made = Keyring::load_or_create(&dir).unwrap();
        let loaded = Keyring::load_or_create(&dir).unwrap();
        assert_eq!(format!("{made:?}"), format!("{loaded:?}"), "public keys are all that is shown");
        assert!(matches!(Keyring::create(&dir), Err(KeyringError::File { .. })));
        #[cfg(unix)]
        {
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            fs::set_permissions(dir.join("grant.pem"), open).unwrap();
            let error = Keyring::load(&dir).unwrap_err().to_string();
            assert!(error.contains("grant.pem` can be read by others"), "{error}");
        }
        fs::remove_file(dir.join("recorder.pem")).unwrap();
        let error = Keyring::load_or_create(&dir).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no key file") && error.contains("recorder.pem"),
            "{error}"
        );
        fs::remove_dir_all(&dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn keys_of_somebody_else_are_refused() {
        let dir = std::env::temp_dir().join(format!("approvals-foreign-{}", std::process::id()));
        Keyring::create(&dir).unwrap();
        let key = dir.join("grant.pem");
        // Only root can give a file away.
        if std::os::unix::fs::chown(&key, Some(65_534), None).is_ok() {
            let error = Keyring::load(&dir).unwrap_err().to_string();
            assert!(error.contains("grant.pem` belongs to another user"), "{error}");
        }
        fs::remove_dir_all(&dir).unwrap();
    }
}
