//! Keys that sign, one per purpose, behind a trait that a key service can implement.

use std::fmt;
use std::sync::Arc;

use approvals_log::PublicKey;
use async_trait::async_trait;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

/// Signs bytes with one Ed25519 key (RFC 8032).
///
/// Duties: sign exactly the bytes given, always with the key that [`public_key`](Self::public_key)
/// names. One key serves one purpose: log, recorder or grant.
/// Contract: signing is idempotent (the same bytes may be signed again); dropping the future loses the
/// signature and nothing else; calls may run concurrently. An error stops what needed the signature.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{LocalSigner, PublicKey, Signer, SignerError};
/// use async_trait::async_trait;
///
/// /// Counts what its inner key signs.
/// #[derive(Debug)]
/// struct Counted(LocalSigner, std::sync::atomic::AtomicU64);
///
/// #[async_trait]
/// impl Signer for Counted {
///     fn public_key(&self) -> PublicKey {
///         self.0.public_key()
///     }
///     async fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
///         self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         self.0.sign(message).await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let signer = Counted(LocalSigner::generate()?, 0.into());
/// let signature = signer.sign(b"hello").await?;
/// assert!(signer.public_key().verify(b"hello", &signature).is_ok());
/// # Ok(()) }
/// ```
#[async_trait]
pub trait Signer: fmt::Debug + Send + Sync {
    /// The key that verifies what this signs.
    fn public_key(&self) -> PublicKey;

    /// The 64-byte signature over `message`.
    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;
}

/// A shared signer is a signer.
#[async_trait]
impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn public_key(&self) -> PublicKey {
        (**self).public_key()
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        (**self).sign(message).await
    }
}

/// A signature or a key that could not be had.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{LocalSigner, SignerError};
///
/// let error = LocalSigner::from_pem("ssh-ed25519 AAAA…").unwrap_err();
/// assert!(matches!(error, SignerError::Key(_)));
/// assert!(error.to_string().ends_with("make one with `approvals keys new`"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// The key could not be read.
    #[error("this is not an Ed25519 private key in PKCS#8 PEM; make one with `approvals keys new`")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The key is one that anybody can forge for.
    #[error("the key is weak and was refused; make one with `approvals keys new`")]
    Weak,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The key service failed.
    #[error("the signing service failed")]
    Service(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A [`Signer`] whose key is in this process. The key is wiped from memory when dropped, and never printed.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{LocalSigner, Signer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = LocalSigner::generate()?;
/// let same = LocalSigner::from_pem(&key.to_pem()?)?;
/// assert_eq!(same.public_key(), key.public_key());
///
/// let signature = same.sign(b"hello").await?;
/// assert!(key.public_key().verify(b"hello", &signature).is_ok());
/// # Ok(()) }
/// ```
pub struct LocalSigner {
    key: SigningKey,
    public: PublicKey,
}

impl LocalSigner {
    /// A new random key.
    pub fn generate() -> Result<Self, SignerError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut()).map_err(|e| SignerError::Randomness(e.into()))?;
        Self::from_seed(&seed)
    }

    /// The key of a 32-byte seed (RFC 8032's secret key).
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SignerError> {
        Self::new(SigningKey::from_bytes(seed))
    }

    /// A key from PKCS#8 PEM (RFC 8410), as `approvals keys new` and `openssl genpkey` write it.
    pub fn from_pem(pem: &str) -> Result<Self, SignerError> {
        Self::new(SigningKey::from_pkcs8_pem(pem).map_err(|e| SignerError::Key(e.into()))?)
    }

    /// The key as PKCS#8 PEM. Whoever reads it can sign.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, SignerError> {
        self.key.to_pkcs8_pem(LineEnding::LF).map_err(|e| SignerError::Key(e.into()))
    }

    fn new(key: SigningKey) -> Result<Self, SignerError> {
        let public = PublicKey::from_bytes(key.verifying_key().as_bytes());
        let public = public.map_err(|_weak| SignerError::Weak)?;
        Ok(Self { key, public })
    }
}

impl fmt::Debug for LocalSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSigner").field("public", &self.public).finish_non_exhaustive()
    }
}

#[async_trait]
impl Signer for LocalSigner {
    fn public_key(&self) -> PublicKey {
        self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.key.sign(message).to_bytes())
    }
}
