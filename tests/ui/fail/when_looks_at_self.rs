//! `self` is not bound, so no condition looks at it.

use approvals::requires_approval;

struct Bank {
    limit: u64,
}

impl Bank {
    #[requires_approval(action = "bank.pay", when = |cents| *cents > self.limit)]
    async fn pay(&self, cents: u64) -> Result<u64, String> {
        Ok(self.limit - cents)
    }
}

fn main() {}
