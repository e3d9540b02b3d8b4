//! What cannot be shown is skipped by name, or the call does not compile.

use approvals::requires_approval;

struct Client;

#[requires_approval(action = "s3.export")]
async fn export<T>(client: &Client, owned: Client, any: T) -> Result<(), String> {
    drop((client, owned, any));
    Ok(())
}

fn main() {}
