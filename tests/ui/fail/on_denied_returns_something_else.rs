//! What tells a denial returns what the function returns.

use approvals::{Denied, requires_approval};

fn tell(why: Denied) -> String {
    why.to_string()
}

#[requires_approval(action = "bank.pay", on_denied = tell)]
async fn pay(cents: u64) -> u64 {
    cents
}

fn main() {}
