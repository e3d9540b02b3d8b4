//! Acts on the approvals themselves are asked for at the desk.

use approvals::{Denied, requires_approval};

#[requires_approval(action = "approvals.lift")]
async fn lift(stop: String) -> Result<(), Denied> {
    drop(stop);
    Ok(())
}

fn main() {}
