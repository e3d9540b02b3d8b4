//! What is shown has a name and a value.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", show(cents))]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
