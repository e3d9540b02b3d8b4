//! Names of the author that look like names of the expansion.
#![deny(warnings)]

use approvals::requires_approval;

mod core {}
mod std {}
mod alloc {}

pub struct Box;
pub struct Option;
pub struct Risk;
pub struct Gate;
pub struct Call;
pub enum Result {
    Ok,
    Err,
    Some,
    None,
}
pub use Result::{Err, None, Ok, Some};
pub trait From {}
pub trait Future {}
pub fn run() {}
pub fn bind() {}
pub fn gate() {}

#[allow(unused_macros)]
macro_rules! format_args {
    ($($any:tt)*) => {
        compile_error!("the author's own macro")
    };
}

type Outcome<T> = ::std::result::Result<T, ::approvals::Denied>;

#[requires_approval(action = "a", risk = "low", summary = "{permit}", redact(token))]
pub async fn act(permit: u8, args: u8, call: u8, gate: u8, returned: u8, token: u8) -> Outcome<u8> {
    let _permit = permit;
    Outcome::Ok(_permit + args + call + gate + returned + token)
}

#[requires_approval(action = "a", skip(call), gate = call)]
pub async fn act_through(call: &::approvals::Gate, arg1: u8, (x, arg2): (u8, u8)) -> Outcome<u8> {
    Outcome::Ok(arg1 + arg2 + x)
}

fn main() {}
