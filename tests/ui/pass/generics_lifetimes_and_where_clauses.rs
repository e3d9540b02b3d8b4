//! Everything that a signature can be generic over.
#![deny(warnings)]

use std::fmt::{Debug, Display};

use approvals::{Denied, requires_approval};
use serde::Serialize;

pub struct Store<'s, T>(&'s T);

impl<'s, T: Display + Serialize> Store<'s, T> {
    #[requires_approval(action = "store.put", summary = "{value}")]
    pub async fn put<'a, U, const N: usize>(
        &'a self,
        names: [&'a str; N],
        value: U,
    ) -> Result<(&'s T, &'a str, U), Denied>
    where
        U: Serialize + Display + Debug,
        [&'a str; N]: Serialize,
    {
        Ok((self.0, names[0], value))
    }

    #[requires_approval(action = "store.get")]
    pub async fn elided(&self, _name: &str) -> Result<&T, Denied> {
        Ok(self.0)
    }
}

#[requires_approval(action = "store.first", skip(read))]
pub async fn first<F: AsyncFn(&str) -> String>(read: F, name: &str) -> Result<String, Denied> {
    Ok(read(name).await)
}

#[requires_approval(action = "store.any")]
pub async fn unsized_value<T: Serialize + ?Sized>(value: &T) -> Result<&T, Denied> {
    Ok(value)
}

fn main() {}
