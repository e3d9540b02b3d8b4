//! May it happen: facts in, a verdict out.

pub(crate) mod assurance;
pub(crate) mod fact;
pub(crate) mod facts;
pub(crate) mod provider;
pub(crate) mod windows;
pub(crate) mod on_call;
mod millis;
pub(crate) mod obligation;
pub(crate) mod obligations;
mod strictness;
#[expect(
    clippy::module_inception,
    reason = "one concept a file, and this folder is named after its main one"
)]
pub(crate) mod policy;
pub(crate) mod bounds;
pub(crate) mod vocabulary;
pub(crate) mod rules;
