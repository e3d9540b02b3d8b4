//! Which gate, and whose call: found in the task, else in the process, else nowhere.

use std::future::Future;
use std::sync::OnceLock;

use super::builder::Gate;
use super::denied::Denied;
use crate::action::principal::Requester;

static INSTALLED: OnceLock<Gate> = OnceLock::new();

tokio::task_local! {
    static SCOPE: Scope;
}

#[derive(Clone)]
struct Scope {
    gate: Gate,
    requester: Requester,
}

/// There is a process-wide gate already; it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a gate is installed in this process already, and it stays")]
#[non_exhaustive]
pub struct AlreadyInstalled;

impl Gate {
    /// Makes this the gate of the whole process, for calls outside any scope. There is one, for good.
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        INSTALLED.set(self).map_err(|_refused| AlreadyInstalled)
    }

    /// Runs `future` with this gate and this requester for all gated calls in it.
    ///
    /// The scope belongs to the task: calls in a task that is spawned from here are outside.
    pub async fn scope<F: Future>(&self, requester: Requester, future: F) -> F::Output {
        SCOPE.scope(Scope { gate: self.clone(), requester }, future).await
    }

    /// The gate of the current scope, else that of the process.
    pub fn current() -> Result<Self, Denied> {
        let scoped = SCOPE.try_with(|scope| scope.gate.clone()).ok();
        scoped.or_else(|| INSTALLED.get().cloned()).ok_or(Denied::NoGate)
    }

    /// Whose call it is: the scope's requester, if the scope is of this gate; else the gate's own.
    pub(super) fn requester(&self) -> Result<Requester, Denied> {
        let scoped = SCOPE.try_with(|scope| scope.gate.is(self).then(|| scope.requester.clone()));
        scoped.ok().flatten().or_else(|| self.core().requester.clone()).ok_or(Denied::NoRequester)
    }
}
