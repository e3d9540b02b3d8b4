//! How much a server takes on at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use approvals_core::Digest;

use crate::problem::{self, Problem};

/// How much a server takes on at once. What is over it is refused, so that whoever is there already is served.
///
/// ```
/// use approvals_http::Capacity;
/// use std::time::Duration;
///
/// let small = Capacity::default().long_polls(100, 10).streams(20, 2).answer_within(Duration::from_secs(5));
/// assert_ne!(small, Capacity::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub(crate) long_polls: (usize, usize),
    pub(crate) streams: (usize, usize),
    pub(crate) listed: usize,
    pub(crate) answer_within: Duration,
}

impl Default for Capacity {
    /// 16,384 calls that wait, 4,096 of them with one token; 1,024 event streams, 32 of them of one caller; 100,000 requests
    /// in lists; answers within ten seconds.
    fn default() -> Self {
        Self {
            long_polls: (16_384, 4_096),
            streams: (1_024, 32),
            listed: 100_000,
            answer_within: Duration::from_secs(10),
        }
    }
}

impl Capacity {
    /// So many calls may wait for a decision at once, and so many of them with one token.
    #[must_use]
    pub fn long_polls(self, all: usize, each: usize) -> Self {
        Self { long_polls: (all, each), ..self }
    }

    /// So many event streams may be open at once, and so many of them of one caller.
    #[must_use]
    pub fn streams(self, all: usize, each: usize) -> Self {
        Self { streams: (all, each), ..self }
    }

    /// So many requests are in lists; the oldest that have ended are dropped first. Each can be read by its id.
    #[must_use]
    pub fn listed(self, requests: usize) -> Self {
        Self { listed: requests, ..self }
    }

    /// A call has to be there and answered in this time. Waiting that was asked for is on top.
    #[must_use]
    pub fn answer_within(self, time: Duration) -> Self {
        Self { answer_within: time, ..self }
    }
}

/// Room for so many, and for so many of each.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    all: usize,
    each: usize,
    held: Arc<Mutex<HashMap<Digest, usize>>>,
}

/// A place in a [`Room`], until dropped.
#[derive(Debug)]
pub(crate) struct Place {
    whose: Digest,
    room: Room,
}

impl Room {
    pub(crate) fn new((all, each): (usize, usize)) -> Self {
        Self { all, each, held: Arc::default() }
    }

    pub(crate) fn enter(&self, whose: Digest) -> Result<Place, Problem> {
        let mut held = self.held();
        let all: usize = held.values().sum();
        let own = held.get(&whose).copied().unwrap_or_default();
        let wait = Duration::from_secs(5);
        if own >= self.each {
            let detail = "this credential has too many calls that wait; let some end first";
            return Err(Problem::new(problem::TOO_MANY, detail).after(wait));
        }
        if all >= self.all {
            let detail = "too many calls wait here; come again";
            return Err(Problem::new(problem::BUSY, detail).after(wait));
        }
        held.insert(whose, own.saturating_add(1));
        drop(held);
        Ok(Place { whose, room: self.clone() })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Digest, usize>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.room.held();
        match held.get_mut(&self.whose) {
            Some(own) if *own > 1 => *own = own.saturating_sub(1),
            _last => drop(held.remove(&self.whose)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_cannot_take_the_room_of_all() {
        let room = Room::new((3, 2));
        let (a, b) = (Digest::of("a", b""), Digest::of("b", b""));
        let first = room.enter(a).unwrap();
        let _second = room.enter(a).unwrap();
        assert_eq!(room.enter(a).unwrap_err().status().as_u16(), 429);
        let third = room.enter(b).unwrap();
        assert_eq!(room.enter(b).unwrap_err().status().as_u16(), 503);
        drop((first, third));
        let _again = (room.enter(b).unwrap(), room.enter(a).unwrap());
        assert_eq!(room.held().len(), 2);
    }
}
