//! Who agreed to exactly what.

pub(crate) mod directory;
pub(crate) mod roll;
pub(crate) mod key;
mod base64url;
pub(crate) mod passkey;
pub(crate) mod invitation;
pub(crate) mod decision;
pub(crate) mod statement;
pub(crate) mod press;
pub(crate) mod challenge;
pub(crate) mod envelope;
mod matching;
pub(crate) mod quorum;
pub(crate) mod request;
pub(crate) mod standing;
pub(crate) mod jws;
pub(crate) mod grant;
pub(crate) mod attestation;
pub(crate) mod attestations;
pub(crate) mod visible;
pub(crate) mod section;
pub(crate) mod card;
pub(crate) mod button;
