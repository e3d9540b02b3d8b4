//! Who agreed to exactly what.

pub(crate) mod card;
pub(crate) mod decision;
pub(crate) mod directory;
pub(crate) mod grant;
pub(crate) mod key;
pub(crate) mod quorum;
pub(crate) mod request;
pub(crate) mod visible;
