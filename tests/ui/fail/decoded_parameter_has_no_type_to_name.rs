//! What is decoded behind a reference needs a type with a name.

use approvals::requires_approval;

#[requires_approval(action = "bank.pay", bind = "decoded")]
async fn pay(to: &impl serde::Serialize) -> Result<(), String> {
    let _ = to;
    Ok(())
}

fn main() {}
