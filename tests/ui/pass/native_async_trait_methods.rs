//! Methods of traits, declared, given and implemented.
#![deny(warnings)]

use approvals::{Denied, Gate, requires_approval};

pub trait Store {
    fn gate(&self) -> &Gate;

    #[allow(async_fn_in_trait)]
    async fn read(&self, name: &str) -> Result<String, Denied>;

    #[allow(async_fn_in_trait)]
    #[requires_approval(action = "store.drop", gate = self.gate())]
    async fn drop(&mut self, name: &str) -> Result<usize, Denied> {
        Ok(self.read(name).await?.len())
    }
}

pub struct Disk(Gate);

impl Store for Disk {
    fn gate(&self) -> &Gate {
        &self.0
    }

    #[requires_approval(action = "store.read", gate = self.0)]
    async fn read(&self, name: &str) -> Result<String, Denied> {
        Ok(name.to_owned())
    }
}

fn main() {}
