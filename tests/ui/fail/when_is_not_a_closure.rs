//! A condition is a closure over parameters.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", when = cents > 5)]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
