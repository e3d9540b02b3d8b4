//! Every way to take `self`.
#![deny(warnings)]

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use approvals::{Denied, Gate, requires_approval};

#[derive(Clone)]
pub struct Bank {
    gate: Gate,
    total: u64,
}

impl Bank {
    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_ref(&self, cents: u64) -> Result<u64, Denied> {
        Ok(self.total - cents)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_mut(&mut self, cents: u64) -> Result<u64, Denied> {
        self.total -= cents;
        Ok(self.total)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_value(self, cents: u64) -> Result<u64, Denied> {
        Ok(self.total - cents)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_mut_value(mut self, cents: u64) -> Result<Self, Denied> {
        self.total -= cents;
        Ok(self)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_arc(self: Arc<Self>, cents: u64) -> Result<u64, Denied> {
        Ok(self.total - cents)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_rc(self: &Rc<Self>, cents: u64) -> Result<u64, Denied> {
        Ok(self.total - cents)
    }

    #[requires_approval(action = "bank.pay", gate = self.gate)]
    pub async fn by_pin(self: Pin<&mut Self>, cents: u64) -> Result<u64, Denied> {
        self.get_mut().total -= cents;
        Ok(cents)
    }

    #[requires_approval(action = "bank.open")]
    pub async fn associated(gate: &str) -> Result<usize, Denied> {
        Ok(gate.len())
    }
}

fn main() {}
