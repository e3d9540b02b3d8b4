//! A function that takes a permit cannot be called without one, nor with what looks like one.

use approvals::Permit;

struct Looks {
    #[expect(dead_code)]
    permit: (),
}

async fn pay(_permit: Permit, cents: u64) -> u64 {
    cents
}

async fn around() {
    pay(412).await;
    pay(Looks { permit: () }, 412).await;
}

fn main() {}
