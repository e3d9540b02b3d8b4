//! The viewer's own page: who they are here, and their passkeys.

use approvals_core::Principal;
use askama::Template;

use super::assets;
use super::view::{Moment, Place, Shell};

/// The viewer's own page.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub(crate) struct AccountPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// The groups that they are in.
    pub(crate) groups: Vec<String>,
    /// Their passkeys.
    pub(crate) keys: Vec<OwnKey>,
}

/// A passkey of theirs.
#[derive(Clone, Debug)]
pub(crate) struct OwnKey {
    /// The id that the log knows it by.
    pub(crate) id: String,
    /// When it was enrolled.
    pub(crate) since: Moment,
    /// Whether this session began with it.
    pub(crate) is_in_use: bool,
}

impl AccountPage {
    pub(crate) fn new(shell: Shell, viewer: &Principal, keys: Vec<OwnKey>) -> Self {
        Self { shell, groups: viewer.groups().iter().map(ToString::to_string).collect(), keys }
    }

    fn place() -> Place {
        Place::Account
    }
}
