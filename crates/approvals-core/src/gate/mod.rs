//! The one way through.

mod attended;
mod bell;
mod keys;
pub(crate) mod denied;
pub(crate) mod permit;
pub(crate) mod approver;
pub(crate) mod builder;
pub(crate) mod desk;
pub(crate) mod forward;
mod journal;
pub(crate) mod context;
mod attend;
pub(crate) mod inbox;
mod recover;
mod waiting;
mod attempt;
mod running;
pub(crate) mod run;
