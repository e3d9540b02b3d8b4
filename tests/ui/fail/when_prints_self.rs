//! `self` is not bound, so no text is made of it either.

use approvals::requires_approval;

struct Bank(String);

impl std::fmt::Display for Bank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Bank {
    #[requires_approval(action = "bank.pay", when = |to| format!("{self}") == *to)]
    async fn pay(&self, to: &str) -> Result<(), String> {
        let _ = to;
        Ok(())
    }
}

fn main() {}
