//! How people come in: with passkeys, and what is remembered of them until they have.

use approvals_core::{ChannelIdentity, Digest, RequestId};

use super::browsers::Browsers;
use crate::passkeys::{Enrolling, Open, Passkeys, SigningIn, SigningOff};
use crate::problem::{self, Problem};
use crate::shared::Shared;

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

/// The door of this queue, if it has one.
pub(crate) fn door(shared: &Shared) -> Result<&Door, Problem> {
    let none = || Problem::new(problem::NOT_FOUND, "there are no passkeys here");
    shared.door.as_ref().ok_or_else(none)
}
