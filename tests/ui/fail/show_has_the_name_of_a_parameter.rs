//! Two values of one name could be taken for each other.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", show(cents = 12))]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
