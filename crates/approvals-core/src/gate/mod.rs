//! The one way through.

pub(crate) mod denied;
pub(crate) mod context;
pub(crate) mod permit;
mod bell;
mod journal;
pub(crate) mod desk;
pub(crate) mod approver;
pub(crate) mod inbox;
mod attend;
pub(crate) mod forward;
mod attempt;
mod body;
pub(crate) mod run;
mod recover;
pub(crate) mod builder;
