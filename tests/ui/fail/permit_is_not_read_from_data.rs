//! A permit is in no document.

use approvals::Permit;

fn forge(json: &str) -> Permit {
    serde_json::from_str(json).unwrap()
}

fn smuggle(permit: &Permit) -> String {
    serde_json::to_string(permit).unwrap()
}

fn main() {}
