//! Who approves stands in the policy, and not beside the function.

use approvals::{Denied, requires_approval};

#[requires_approval(action = "bank.pay", reviewers("finance"))]
async fn pay(cents: u64) -> Result<(), Denied> {
    Ok(())
}

fn main() {}
