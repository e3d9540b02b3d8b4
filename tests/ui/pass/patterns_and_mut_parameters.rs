//! Parameters that are taken apart, or changed.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use serde::Serialize;

#[derive(Serialize)]
pub struct Json<T>(T);

#[derive(Serialize)]
pub struct Point {
    x: u8,
    y: u8,
}

#[requires_approval(action = "shape.move", redact(token), summary = "{steps} by {_why}")]
pub async fn shift(
    Json(name): Json<String>,
    Point { x, y: second }: Point,
    (a, _): (u8, u8),
    [first, .., last]: [u8; 4],
    &by: &u8,
    ref kept: String,
    whole @ Json(_): Json<u8>,
    mut steps: u64,
    mut token: String,
    _why: &str,
    r#type: u8,
) -> Result<usize, Denied> {
    steps += u64::from(x + second + a + first + last + by + whole.0 + r#type);
    token.push('.');
    Ok(name.len() + kept.len() + token.len() + usize::try_from(steps).unwrap_or(0))
}

fn main() {}
