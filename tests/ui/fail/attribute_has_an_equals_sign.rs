//! Keys stand in parentheses.

use approvals::{Denied, requires_approval};

#[requires_approval = "bank.pay"]
async fn pay(cents: u64) -> Result<(), Denied> {
    Ok(())
}

fn main() {}
