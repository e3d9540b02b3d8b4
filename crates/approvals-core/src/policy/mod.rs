//! May it happen: facts in, a verdict out.

pub(crate) mod facts;
pub(crate) mod obligation;
#[expect(
    clippy::module_inception,
    reason = "one concept a file, and this folder is named after its main one"
)]
pub(crate) mod policy;
pub(crate) mod rules;
