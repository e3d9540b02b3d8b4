//! How people come in: with passkeys, and what is remembered of them until they have.

use approvals_core::{ChannelIdentity, Digest, RequestId};

use super::browsers::Browsers;
use crate::passkeys::{Enrolling, Open, Passkeys, SigningIn, SigningOff};

#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) passkeys: Passkeys,
    pub(crate) browsers: Browsers,
    /// Keys that are being enrolled, with the invitation for each.
    pub(crate) enrolling: Open<(Enrolling, Digest)>,
    pub(crate) signing_in: Open<SigningIn>,
    /// Decisions that are being signed: by whom, and about which request.
    pub(crate) signing_off: Open<(SigningOff, ChannelIdentity, RequestId)>,
}

impl Door {
    pub(crate) fn new(passkeys: Passkeys) -> Self {
        let browsers = Browsers::default();
        let (enrolling, signing_in, signing_off) =
            (Open::default(), Open::default(), Open::default());
        Self { passkeys, browsers, enrolling, signing_in, signing_off }
    }
}
