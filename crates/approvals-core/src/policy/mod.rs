//! May it happen: facts in, a verdict out.

pub(crate) mod obligation;
pub(crate) mod facts;
pub(crate) mod policy;
pub(crate) mod rules;
