//! However a condition is written, what is not bound is out of its reach.

use approvals::requires_approval;

macro_rules! length {
    ($name:ident) => {
        $name.len()
    };
}

#[requires_approval(action = "bank.pay", skip(client), when = |to| length!(client) > to.len())]
async fn pay_with(client: &str, to: &str) -> Result<(), String> {
    let _ = (client, to);
    Ok(())
}

fn main() {
    let text = "text";
    let _ = length!(text);
}
