//! `when` with names, with types, over patterns beside it, and over names that are keywords.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

const LIMIT: u64 = 1000;

#[requires_approval(action = "a", when = |cents| *cents > LIMIT)]
pub async fn by_name(cents: u64) -> Result<u64, Denied> {
    Ok(cents)
}

#[requires_approval(action = "a", when = |cents: &u64, to: &str| *cents > LIMIT && to.starts_with("x"))]
pub async fn with_types(to: &str, cents: u64) -> Result<usize, Denied> {
    Ok(to.len() + usize::try_from(cents).unwrap_or(0))
}

#[requires_approval(action = "a", when = |r#type| { let long = r#type.len() > 8; long })]
pub async fn over_a_block(r#type: String, (x, y): (u8, u8)) -> Result<u8, Denied> {
    drop(r#type);
    Ok(x + y)
}

#[requires_approval(action = "a", when = || true)]
pub async fn always(cents: u64) -> Result<u64, Denied> {
    Ok(cents)
}

#[requires_approval(action = "a", when = |_unused| _unused.is_some())]
pub async fn only_in_the_attribute(_unused: Option<u8>) -> Result<(), Denied> {
    Ok(())
}

fn main() {}
