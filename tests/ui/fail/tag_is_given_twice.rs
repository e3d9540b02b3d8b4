//! Each tag is given once.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", tags("pii", "pii"))]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
