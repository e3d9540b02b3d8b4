//! A condition names whole parameters.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", when = |(a, b)| a > b)]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
