//! A crate without a prelude.
#![no_implicit_prelude]
#![deny(warnings)]

#[::approvals::requires_approval(action = "a", summary = "{name}", skip(size))]
pub async fn act(name: &str, size: u8) -> ::std::result::Result<u8, ::approvals::Denied> {
    if name.is_empty() {
        return ::std::result::Result::Ok(size);
    }
    ::std::result::Result::Ok(1)
}

fn main() {}
