//! `show` with expressions of every kind.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

fn sum(list: &[u64]) -> u64 {
    list.iter().sum()
}

#[requires_approval(
    action = "a",
    show(
        total = sum(list),
        first = list.first(),
        all = list.iter().map(|one| one * 2).collect::<Vec<_>>(),
        text = format!("{} of them", list.len()),
        type = "list",
    )
)]
pub async fn expressions(list: &[u64]) -> Result<u64, Denied> {
    Ok(list[0])
}

#[async_trait::async_trait]
pub trait Tool {
    async fn call(&self, name: &str, (x, y): (u8, u8)) -> Result<u8, Denied>;
}

#[async_trait::async_trait]
impl Tool for () {
    #[requires_approval(action = "a", show(length = name.len()), when = |name| name.is_empty())]
    async fn call(&self, name: &str, (x, y): (u8, u8)) -> Result<u8, Denied> {
        let _ = name;
        Ok(x + y)
    }
}

fn main() {}
