//! The one way through.

pub(crate) mod approver;
mod attempt;
mod attend;
mod bell;
mod body;
pub(crate) mod builder;
pub(crate) mod context;
pub(crate) mod denied;
pub(crate) mod desk;
pub(crate) mod forward;
pub(crate) mod inbox;
mod journal;
pub(crate) mod permit;
mod recover;
pub(crate) mod run;
