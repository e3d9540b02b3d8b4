//! A permit does not come from nothing.

use approvals::Permit;

fn forge() -> Permit {
    Default::default()
}

fn main() {}
