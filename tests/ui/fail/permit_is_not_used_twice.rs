//! A permit is for one call.

use approvals::Permit;

fn pay(_permit: Permit) {}

fn twice(permit: Permit) {
    pay(permit);
    pay(permit);
}

fn main() {}
