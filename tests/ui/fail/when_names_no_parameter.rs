//! A condition names parameters of the function.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", when = |dollars| *dollars > 5)]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
