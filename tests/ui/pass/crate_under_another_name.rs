//! The library under a path of the author.
#![deny(warnings)]

mod vendored {
    pub mod inner {
        pub use approvals::{__private, Denied, requires_approval};
    }
}

#[vendored::inner::requires_approval(action = "a", crate = vendored::inner)]
pub async fn act(name: &str) -> Result<usize, vendored::inner::Denied> {
    Ok(name.len())
}

#[vendored::inner::requires_approval(action = "a", crate = crate::vendored::inner)]
pub async fn act_again(name: &str) -> Result<usize, vendored::inner::Denied> {
    Ok(name.len())
}

fn main() {}
