//! A gated future is `Send` wherever its arguments are, also if they cannot be shared.
#![deny(warnings)]

use std::cell::Cell;
use std::rc::Rc;

use approvals::{Denied, requires_approval};
use serde::Serialize;

#[requires_approval(action = "a")]
pub async fn shared(name: &str, numbers: Vec<u8>) -> Result<usize, Denied> {
    async {}.await;
    Ok(name.len() + numbers.len())
}

#[requires_approval(action = "a")]
pub async fn not_sync(count: Cell<u8>) -> Result<u8, Denied> {
    async {}.await;
    Ok(count.get())
}

#[requires_approval(action = "a")]
pub async fn generic<T: Serialize + Send>(value: T) -> Result<T, Denied> {
    Ok(value)
}

#[requires_approval(action = "a", skip(local))]
pub async fn not_send(local: Rc<u8>) -> Result<u8, Denied> {
    Ok(*local)
}

pub struct Counter(Cell<u8>);

impl Counter {
    #[requires_approval(action = "a")]
    pub async fn add(&mut self, by: u8) -> Result<u8, Denied> {
        async {}.await;
        self.0.set(self.0.get() + by);
        Ok(by)
    }
}

fn send<T: Send>(future: T) {
    drop(future);
}

pub fn all(counter: &mut Counter) {
    send(shared("a", Vec::new()));
    send(not_sync(Cell::new(1)));
    send(generic(Cell::new(1)));
    send(counter.add(1));
    drop(not_send(Rc::new(1)));
}

fn main() {}
