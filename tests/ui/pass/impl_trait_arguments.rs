//! Arguments whose type has no name.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use serde::Serialize;

#[requires_approval(action = "mail.send", summary = "{to}", skip(log, handle))]
pub async fn send(
    to: impl AsRef<str> + Serialize + std::fmt::Display,
    log: impl FnOnce(&str),
    handle: &dyn Fn(u8) -> u8,
) -> Result<u8, Denied> {
    log(to.as_ref());
    Ok(handle(1))
}

fn main() {}
