//! Nobody waits for so long.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", expires = "367d")]
async fn pay(to: String, cents: u64) -> Result<(), String> {
    drop(to);
    let _ = cents;
    Ok(())
}

fn main() {}
