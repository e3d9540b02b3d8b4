//! A server of the queue: its configuration, how it is put together, and how it runs.

pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod assemble;
pub(crate) mod listen;
