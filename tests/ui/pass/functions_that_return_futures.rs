//! Functions that are not `async` and end in one `async` block.
#![deny(warnings)]

use std::future::Future;
use std::pin::Pin;

use approvals::{Denied, requires_approval};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[requires_approval(action = "a")]
pub fn named(text: &str) -> impl Future<Output = Result<u8, Box<dyn std::error::Error>>> {
    use std::str::FromStr;
    async move { Ok(u8::from_str(text)?) }
}

#[requires_approval(action = "a")]
pub fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'a>> {
    Box::pin(async move { text.parse().map_err(|_| text.to_owned()) })
}

#[requires_approval(action = "a")]
pub fn alias(text: &str) -> BoxFuture<'_, std::io::Result<String>> {
    std::boxed::Box::pin(async move {
        let text = std::fs::read_to_string(text)?;
        Ok(text)
    })
}

#[requires_approval(action = "a")]
pub fn no_parameters() -> impl Future<Output = Result<(), Denied>> + Send {
    async { Ok(()) }
}

fn main() {}
