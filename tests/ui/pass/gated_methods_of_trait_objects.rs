//! Tools behind `dyn`, and gated functions that call gated functions: each asks for itself.
#![deny(warnings)]

use std::sync::Arc;

use approvals::{Denied, requires_approval};
use async_trait::async_trait;
use ui::both;

#[async_trait]
pub trait Tool: Send + Sync {
    async fn call(&self, tools: &[Arc<dyn Tool>], name: &str) -> Result<usize, Denied>;
}

pub struct Read;
pub struct Twice;

#[async_trait]
impl Tool for Read {
    #[requires_approval(action = "tool.read", summary = "Read {name}", skip(tools))]
    async fn call(&self, tools: &[Arc<dyn Tool>], name: &str) -> Result<usize, Denied> {
        Ok(tools.len() + name.len())
    }
}

#[async_trait]
impl Tool for Twice {
    #[requires_approval(action = "tool.twice", summary = "Use {name} twice", skip(tools))]
    async fn call(&self, tools: &[Arc<dyn Tool>], name: &str) -> Result<usize, Denied> {
        let Some(read) = tools.first() else { return Ok(0) };
        Ok(read.call(tools, name).await? + read.call(&[], "again").await?)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let tools: [Arc<dyn Tool>; 2] = [Arc::new(Read), Arc::new(Twice)];
    let (ran, denied) = both(async || tools[1].call(&tools, "sales").await).await;
    assert_eq!(ran, Ok(12));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
