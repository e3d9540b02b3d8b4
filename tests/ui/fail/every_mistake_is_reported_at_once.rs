//! One compilation shows all mistakes.

use approvals::requires_approval;

#[requires_approval(actoin = "s3.export", risk = "hgih", skip(nobody), summary = "{}")]
async fn export(_: String) {}

fn main() {}
