//! Foreign code cannot wait.

use approvals::requires_approval;

#[requires_approval(action = "s3.export")]
extern "C" fn export(bucket: u8) -> u8 {
    bucket
}

fn main() {}
