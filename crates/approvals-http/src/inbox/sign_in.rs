//! The pages on the way in and out: login, enrolment with an invitation, and a farewell.

use askama::Template;

use super::assets;
use super::view::{Place, Shell};

/// Where one signs in with a passkey.
#[derive(Clone, Debug, Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage {
    /// What stands around it.
    pub(crate) shell: Shell,
}

/// Where one enrols a passkey. The invitation stands in the fragment of the address, which no browser sends anywhere.
#[derive(Clone, Debug, Template)]
#[template(path = "enrol.html")]
pub(crate) struct EnrolPage {
    /// What stands around it.
    pub(crate) shell: Shell,
}

/// What one sees after signing out.
#[derive(Clone, Debug, Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage {
    /// What stands around it.
    pub(crate) shell: Shell,
}

impl LoginPage {
    fn place() -> Place {
        Place::Elsewhere
    }
}

impl EnrolPage {
    fn place() -> Place {
        Place::Elsewhere
    }
}

impl SignedOutPage {
    fn place() -> Place {
        Place::Elsewhere
    }
}
