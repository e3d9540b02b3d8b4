//! A condition is over what is bound.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", skip(cents), when = |cents| *cents > 5)]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
