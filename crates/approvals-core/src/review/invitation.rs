//! The secret by which a reviewer enrols a key of their own, once.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use zeroize::Zeroizing;

use crate::action::digest::Digest;

const PREFIX: &str = "apr_inv_";

/// An invitation to enrol a key: 256 random bits, written `apr_inv_` and 43 letters of base64url. Cannot be printed but by
/// [`reveal`](Self::reveal); the log has its digest.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Invitation;
///
/// let invitation = Invitation::generate()?;
/// assert_eq!(invitation.reveal().parse(), Ok(invitation.clone()));
/// assert_eq!(format!("{invitation:?}"), "Invitation(…)");
/// assert!("apr_inv_short".parse::<Invitation>().is_err());
/// # Ok::<(), getrandom::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation(Zeroizing<[u8; 32]>);

/// Text that is no invitation.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Invitation;
///
/// let error = "apr_req_…".parse::<Invitation>().unwrap_err();
/// assert_eq!(error.to_string(), "not an invitation: expected `apr_inv_` and 43 letters; copy the whole link");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an invitation: expected `{PREFIX}` and 43 letters; copy the whole link")]
#[non_exhaustive]
pub struct NoInvitation;

impl Invitation {
    /// A fresh one, of randomness from the operating system.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret)?;
        Ok(Self(secret))
    }

    /// The text of it: for whoever is invited, and nobody else.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", BASE64URL.encode(*self.0)))
    }

    /// What the log calls it by. Whoever reads that can enrol nothing.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of("invitation", &*self.0)
    }
}

impl FromStr for Invitation {
    type Err = NoInvitation;

    fn from_str(text: &str) -> Result<Self, NoInvitation> {
        let letters = text.strip_prefix(PREFIX).ok_or(NoInvitation)?;
        let bytes = BASE64URL.decode(letters).map_err(|_other| NoInvitation)?;
        let bytes = Zeroizing::new(bytes);
        let secret = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_length| NoInvitation)?;
        Ok(Self(Zeroizing::new(secret)))
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Invitation(…)")
    }
}
