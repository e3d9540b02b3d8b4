//! `bind = "decoded"` with what is owned, borrowed, generic, taken apart and left out.
#![deny(warnings)]

use std::collections::BTreeMap;

use approvals::{Denied, requires_approval};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub struct Client;

#[requires_approval(action = "a", bind = "decoded", skip(client))]
pub async fn borrowed(client: &Client, text: &str, list: &[u8], mut n: u64) -> Result<u64, Denied> {
    let _ = client;
    n += text.len() as u64 + list.len() as u64;
    Ok(n)
}

#[requires_approval(action = "a", bind = "decoded")]
pub async fn taken_apart((x, y): (i32, i32), map: &BTreeMap<String, u8>) -> Result<i32, Denied> {
    Ok(x + y + i32::from(map["x"]))
}

#[requires_approval(action = "a", bind = "decoded")]
pub async fn generic<T: Serialize + DeserializeOwned + Clone>(one: T, two: &T) -> Result<T, Denied> {
    drop(one);
    Ok(two.clone())
}

#[requires_approval(action = "a", bind = "decoded")]
pub async fn opaque(one: impl Serialize + DeserializeOwned) -> Result<(), Denied> {
    drop(one);
    Ok(())
}

pub struct Shop(u8);

impl Shop {
    #[requires_approval(action = "a", bind = "decoded", redact(token))]
    pub async fn order(&mut self, token: String, count: u8) -> Result<usize, Denied> {
        self.0 += count;
        Ok(token.len())
    }
}

fn main() {}
