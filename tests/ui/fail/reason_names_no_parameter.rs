//! A reason is a format string over the parameters.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", reason = "for {whom}")]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
