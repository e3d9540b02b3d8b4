//! What is asked for, and by whom.

pub(crate) mod clock;
pub(crate) mod digest;
pub(crate) mod id;
pub(crate) mod noncanonical;
pub(crate) mod canonical;
pub(crate) mod parse;
pub(crate) mod principal;
pub(crate) mod context;
pub(crate) mod risk;
pub(crate) mod document;
pub(crate) mod describe_error;
pub(crate) mod description;
#[expect(
    clippy::module_inception,
    reason = "one concept a file, and this folder is named after its main one"
)]
pub(crate) mod action;
pub(crate) mod dynamic;
mod exact;
pub(crate) mod described;
