//! A text that a macro fills in looks at parameters, too.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", redact(token), show(with = format!("{} {token}", 1)))]
async fn pay(token: &str) -> Result<(), String> {
    let _ = token;
    Ok(())
}

fn main() {}
