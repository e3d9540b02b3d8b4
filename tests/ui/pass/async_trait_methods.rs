//! Methods under `#[async_trait]`.
#![deny(warnings)]

use approvals::{Denied, Gate, requires_approval};
use async_trait::async_trait;

#[async_trait]
pub trait Store: Sync {
    fn gate(&self) -> &Gate;

    async fn read(&self, name: &str) -> std::io::Result<String>;

    #[requires_approval(action = "store.drop", gate = self.gate(), skip(name), summary = "{since}")]
    async fn drop(
        &self,
        name: &str,
        (from, until): (u64, u64),
        mut since: String,
    ) -> std::io::Result<usize> {
        since.push('.');
        let text = self.read(name).await?;
        Ok(text.len() + since.len() + usize::try_from(until - from).unwrap_or(0))
    }
}

pub struct Disk(Gate);

#[async_trait]
impl Store for Disk {
    fn gate(&self) -> &Gate {
        &self.0
    }

    #[requires_approval(action = "store.read", gate = self.0)]
    async fn read(&self, name: &str) -> std::io::Result<String> {
        if name.is_empty() {
            return Ok(String::new());
        }
        std::fs::read_to_string(name)
    }
}

#[async_trait(?Send)]
pub trait Local {
    #[requires_approval(action = "local.run", skip(job))]
    async fn run<F: Fn() -> u8>(&mut self, job: F) -> Result<u8, Denied> {
        Ok(job())
    }
}

fn main() {}
