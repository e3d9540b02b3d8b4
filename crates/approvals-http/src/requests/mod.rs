//! What the programs of agents do: submit, read, wait, withdraw.

pub(crate) mod action;
pub(crate) mod key;
pub(crate) mod view;
pub(crate) mod submit;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod withdraw;
pub(crate) mod start;
pub(crate) mod events;
