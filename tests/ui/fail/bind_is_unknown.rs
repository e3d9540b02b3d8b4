//! There is one way to bind other than the usual one.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", bind = "loosely")]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
