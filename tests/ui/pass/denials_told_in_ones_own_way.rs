//! `on_denied` with types that know nothing of denials.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

mod tell {
    use approvals::Denied;

    pub fn text(why: Denied) -> String {
        why.to_string()
    }

    pub fn ok<T: From<String>, E>(why: Denied) -> Result<T, E> {
        Ok(why.to_string().into())
    }
}

#[requires_approval(action = "a", on_denied = tell::text)]
pub async fn a_text(name: &str) -> String {
    name.to_owned()
}

#[requires_approval(action = "a", on_denied = tell::ok)]
pub async fn a_result_of_another_error(name: &str) -> Result<String, std::num::ParseIntError> {
    name.parse::<u8>()?;
    Ok(name.to_owned())
}

#[requires_approval(action = "a", on_denied = std::mem::drop)]
pub async fn nothing(name: &str) {
    let _ = name;
}

#[requires_approval(action = "a", on_denied = Some)]
pub async fn an_option(name: &str) -> Option<Denied> {
    let _ = name;
    None
}

fn main() {}
