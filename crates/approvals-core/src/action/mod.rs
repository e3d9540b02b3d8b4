//! What is asked for, and by whom.

pub(crate) mod id;
pub(crate) mod clock;
pub(crate) mod digest;
pub(crate) mod canonical;
pub(crate) mod parse;
pub(crate) mod principal;
pub(crate) mod document;
pub(crate) mod action;
pub(crate) mod dynamic;
