//! What is worked out has to be showable, as arguments have.

use approvals::requires_approval;

struct Sum(u64);

#[requires_approval(action = "bank.pay", show(sum = Sum(*cents)))]
async fn pay(cents: u64) -> Result<u64, String> {
    Ok(cents)
}

fn main() {
    let _ = Sum(1).0;
}
