//! What the log says of each request, in short, kept up to date.

pub(crate) mod summary;
pub(crate) mod fold;
pub(crate) mod changes;
pub(crate) mod waiters;
pub(crate) mod follower;
