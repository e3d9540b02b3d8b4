//! The commands, one a file: read, judge by the libraries, report.

pub(crate) mod gated;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod log_checkpoint;
pub(crate) mod log_events;
pub(crate) mod log_export;
pub(crate) mod log_verify;
pub(crate) mod pending;
pub(crate) mod people_check;
pub(crate) mod policy_check;
pub(crate) mod policy_diff;
pub(crate) mod policy_explain;
pub(crate) mod policy_test;
pub(crate) mod report;
pub(crate) mod reviewers;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod slack_check;
pub(crate) mod teams_check;
pub(crate) mod slack_manifest;
pub(crate) mod statements;
pub(crate) mod teams_package;

mod call;
mod checked;
mod in_force;
mod loosened;
mod named;
mod replay;
mod stranger;
mod timeline;
pub(crate) mod tokens;
