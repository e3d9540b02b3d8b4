//! Who calls: three kinds of credential, none of which can stand in for another.

pub(crate) mod secret;
pub(crate) mod scope;
pub(crate) mod roll;
pub(crate) mod tokens;
pub(crate) mod sessions;
pub(crate) mod browsers;
pub(crate) mod door;
pub(crate) mod origin;
pub(crate) mod settings;
pub(crate) mod presented;
pub(crate) mod requester;
pub(crate) mod auditor;
pub(crate) mod reviewer;
pub(crate) mod viewer;
