//! Functions whose parts come from different macros.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

macro_rules! action {
    ($(#[$attr:meta])* $name:ident, $id:literal, $param:ident: $ty:ty, $output:ty, $body:block) => {
        $(#[$attr])*
        #[requires_approval(action = $id, summary = "{own}", redact($param))]
        pub async fn $name(own: $ty, $param: $ty) -> Result<$output, Denied> {
            let _ = (own, $param);
            $body
        }
    };
}

action!(#[must_use] twice, "number.twice", number: u8, usize, {
    let doubled = 4;
    Ok(doubled)
});

fn main() {}
