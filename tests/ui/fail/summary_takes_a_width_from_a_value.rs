//! A width would print a redacted number as so many spaces.

use approvals::requires_approval;

#[requires_approval(action = "pin.set", redact(pin), summary = "{name:pin$}")]
async fn set_pin(name: String, pin: usize) -> Result<(), String> {
    drop((name, pin));
    Ok(())
}

fn main() {}
