//! What the body holds while it waits decides whether the call can be spawned, as without the attribute.

use std::rc::Rc;

use approvals::{Denied, inherit, requires_approval};

#[requires_approval(action = "s3.export")]
async fn export(bucket: String) -> Result<usize, Denied> {
    let local = Rc::new(bucket);
    tokio::task::yield_now().await;
    Ok(local.len())
}

#[requires_approval(action = "s3.delete", skip(local))]
async fn delete(local: Rc<u8>) -> Result<u8, Denied> {
    Ok(*local)
}

async fn agent() {
    tokio::spawn(inherit(export("sales".to_owned())));
    tokio::spawn(inherit(delete(Rc::new(1))));
}

fn main() {}
