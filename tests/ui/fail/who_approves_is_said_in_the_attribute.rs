use approvals::{Denied, requires_approval};

#[requires_approval(action = "bank.pay", reviewers("finance"))]
async fn pay(cents: u64) -> Result<(), Denied> {
    Ok(())
}

fn main() {}
