//! Every kind of expression that holds a gate.
#![deny(warnings)]

use std::sync::{Arc, Mutex, OnceLock};

use approvals::{Denied, Gate, RemoteGate, requires_approval};

static GATE: OnceLock<Gate> = OnceLock::new();

#[derive(Clone)]
pub struct App {
    gate: Arc<Gate>,
}

impl AsRef<Gate> for App {
    fn as_ref(&self) -> &Gate {
        &self.gate
    }
}

#[requires_approval(action = "a", gate = GATE.get().ok_or(Denied::NoGate)?)]
pub async fn from_a_static(name: &str) -> Result<usize, Denied> {
    Ok(name.len())
}

#[requires_approval(action = "a", gate = app, skip(app))]
pub async fn from_a_parameter(app: &App, name: &str) -> Result<usize, Denied> {
    Ok(name.len())
}

#[requires_approval(action = "a", gate = app.gate, skip(app))]
pub async fn from_a_field(app: App, name: &str) -> Result<usize, Denied> {
    Ok(name.len())
}

#[requires_approval(action = "a", gate = gates.lock().unwrap()[0].clone(), skip(gates))]
pub async fn from_behind_a_lock(gates: &Mutex<Vec<Gate>>) -> Result<(), Denied> {
    Ok(())
}

#[requires_approval(action = "a", gate = elsewhere, skip(elsewhere))]
pub async fn from_another_process(elsewhere: &RemoteGate) -> Result<(), Denied> {
    Ok(())
}

#[requires_approval(action = "a", gate = elsewhere.get().cloned().ok_or(Denied::NoGate)?, skip(elsewhere))]
pub async fn from_another_process_by_value(elsewhere: &OnceLock<RemoteGate>) -> Result<(), Denied> {
    Ok(())
}

#[requires_approval(action = "a", gate = { Gate::current()? })]
pub async fn from_a_block() -> Result<(), Denied> {
    Ok(())
}

fn main() {}
