//! A time has units.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", expires = "15")]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
