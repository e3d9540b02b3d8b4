//! Return types that cannot be named.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

#[requires_approval(action = "rows.list")]
pub async fn rows(
    text: &str,
) -> Result<impl Iterator<Item = u8> + Send, Box<dyn std::error::Error>> {
    let first: u8 = text.parse()?;
    Ok((first..).take(3))
}

#[requires_approval(action = "rows.list")]
pub async fn borrowed<'a>(text: &'a str) -> Result<impl Iterator<Item = char> + use<'a>, Denied> {
    Ok(text.chars())
}

fn main() {}
