//! The commands, one a file: read, judge by the libraries, report.

pub(crate) mod keys_new;
pub(crate) mod log_checkpoint;
pub(crate) mod log_export;
pub(crate) mod log_verify;
pub(crate) mod pending;
pub(crate) mod show;

mod timeline;
