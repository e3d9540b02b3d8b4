//! Two arguments of one name would hide each other on the card.

use approvals::requires_approval;

macro_rules! copy {
    ($from:ident) => {
        #[requires_approval(action = "s3.copy")]
        async fn copy($from: String, bucket: String) -> Result<(), String> {
            drop(($from, bucket));
            Ok(())
        }
    };
}

copy!(bucket);

fn main() {}
