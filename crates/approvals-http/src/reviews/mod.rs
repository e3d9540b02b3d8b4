//! What reviewers do: see what waits for them, read it, decide.

pub(crate) mod list;
pub(crate) mod powers;
pub(crate) mod sign;
pub(crate) mod read;
pub(crate) mod card;
pub(crate) mod timeline;
pub(crate) mod decide;
pub(crate) mod events;
