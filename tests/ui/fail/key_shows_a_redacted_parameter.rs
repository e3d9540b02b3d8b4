//! A key stands in the log, so nothing hidden is in it.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", redact(to), key = "pay-{to}")]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
