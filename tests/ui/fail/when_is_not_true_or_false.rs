//! A condition is true or false.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", when = |cents| *cents + 1)]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
