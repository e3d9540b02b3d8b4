//! Return types that do not say `Result`, or not all of it.
#![deny(warnings)]

use approvals::{Denied, requires_approval};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("an export failed")]
    Io(#[from] std::io::Error),
}

pub type Outcome<T, E = Error> = std::result::Result<T, E>;
pub type Unit = Outcome<()>;

#[requires_approval(action = "a")]
pub async fn alias(path: &str) -> Outcome<Vec<u8>> {
    Ok(std::fs::read(path)?)
}

#[requires_approval(action = "a")]
pub async fn whole_alias(path: &str) -> Unit {
    std::fs::remove_file(path)?;
    Ok(())
}

#[requires_approval(action = "a")]
pub async fn io(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

#[requires_approval(action = "a")]
pub async fn boxed(path: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    Ok(std::fs::read_to_string(path)?)
}

#[requires_approval(action = "a")]
pub async fn text(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn main() {}
