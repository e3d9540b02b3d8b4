//! What auditors read: the log as C2SP has it, and its events.

pub(crate) mod tree;
pub(crate) mod checkpoint;
pub(crate) mod tiles;
pub(crate) mod proof;
pub(crate) mod events;
