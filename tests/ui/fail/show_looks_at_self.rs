//! `self` is not bound, so nothing is worked out of it.

use approvals::requires_approval;

struct Bank {
    left: u64,
}

impl Bank {
    #[requires_approval(action = "bank.pay", show(left = self.left - cents))]
    async fn pay(&self, cents: u64) -> Result<u64, String> {
        Ok(self.left - cents)
    }
}

fn main() {}
