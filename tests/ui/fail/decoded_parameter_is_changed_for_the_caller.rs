//! What is decoded is not what the caller holds.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", bind = "decoded")]
async fn pay(cents: &mut u64) -> Result<(), String> {
    *cents = 0;
    Ok(())
}

fn main() {}
