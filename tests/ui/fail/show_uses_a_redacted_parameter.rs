//! What is hidden is not worked out of, either.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", redact(to), show(length = to.len()))]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
