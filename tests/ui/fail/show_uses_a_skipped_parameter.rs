//! What is not bound is not shown.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", skip(to), show(length = to.len()))]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
