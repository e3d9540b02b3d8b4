//! What all parts of the server hold in common.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fake_wire::Changes;

use crate::fault::Faults;
use crate::log::Call;
use crate::socket::Sockets;
use crate::world::World;

/// Longer than anything that is waited for in a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) address: SocketAddr,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    calls: Mutex<Vec<Call>>,
    sockets: Mutex<Sockets>,
    changes: Changes,
}

impl Shared {
    pub(crate) fn new(address: SocketAddr, world: World) -> Self {
        Self {
            address,
            world: Mutex::new(world),
            faults: Mutex::default(),
            calls: Mutex::default(),
            sockets: Mutex::default(),
            changes: Changes::default(),
        }
    }

    pub(crate) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        with(&self.world, look)
    }

    pub(crate) fn faults<T>(&self, look: impl FnOnce(&mut Faults) -> T) -> T {
        with(&self.faults, look)
    }

    pub(crate) fn calls<T>(&self, look: impl FnOnce(&mut Vec<Call>) -> T) -> T {
        with(&self.calls, look)
    }

    pub(crate) fn sockets<T>(&self, look: impl FnOnce(&mut Sockets) -> T) -> T {
        with(&self.sockets, look)
    }

    /// Waits until there is something to see. It is looked for after every change, and now and then.
    pub(crate) async fn until<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut(&Self) -> Option<T>,
    ) -> Option<T> {
        self.changes.until(patience, || look(self)).await
    }

    pub(crate) fn has_changed(&self) {
        self.changes.tell();
    }
}

fn with<S, T>(part: &Mutex<S>, look: impl FnOnce(&mut S) -> T) -> T {
    // A test that fails while it looks must not take the server with it.
    let mut guard: MutexGuard<'_, S> = part.lock().unwrap_or_else(PoisonError::into_inner);
    look(&mut guard)
}
