//! The key for the name of what is done is `action`.

use approvals::{Denied, requires_approval};

#[requires_approval(name = "bank.pay")]
async fn pay(cents: u64) -> Result<(), Denied> {
    Ok(())
}

fn main() {}
