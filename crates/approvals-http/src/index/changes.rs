//! What has changed lately, for those who watch.

use std::collections::VecDeque;

use approvals_core::RequestId;

use crate::phase::{Ended, Stands};

/// One event of the log: where it is, and where its request stands after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) index: u64,
    pub(crate) request: Option<RequestId>,
    pub(crate) now: Option<(Stands, Option<Ended>)>,
}

/// The last changes, as many as there is room for.
#[derive(Debug)]
pub(crate) struct Changes {
    room: usize,
    last: VecDeque<Change>,
}

/// What somebody has missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// These, in order.
    These(Vec<Change>),
    /// More than is known here: all is to be read anew.
    TooMuch,
}

impl Changes {
    pub(crate) fn new(room: usize) -> Self {
        Self { room: room.max(1), last: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, change: Change) {
        if self.last.len() >= self.room {
            self.last.pop_front();
        }
        self.last.push_back(change);
    }

    /// Up to `limit` changes from index `next` on.
    pub(crate) fn since(&self, next: u64, limit: usize) -> Missed {
        let Some(front) = self.last.front() else { return Missed::These(Vec::new()) };
        let Some(skip) = next.checked_sub(front.index) else { return Missed::TooMuch };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Missed::These(self.last.iter().skip(skip).take(limit).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_missed_too_much_is_told_so() {
        let mut changes = Changes::new(3);
        assert_eq!(changes.since(0, 9), Missed::These(vec![]));
        (0..5).for_each(|index| changes.push(Change { index, request: None, now: None }));
        let indices = |missed| match missed {
            Missed::These(these) => these.iter().map(|change: &Change| change.index).collect(),
            Missed::TooMuch => vec![99],
        };
        assert_eq!(indices(changes.since(1, 9)), [99]);
        assert_eq!(indices(changes.since(2, 9)), [2, 3, 4]);
        assert_eq!(indices(changes.since(2, 2)), [2, 3]);
        assert_eq!(indices(changes.since(5, 9)), [0; 0]);
        assert_eq!(indices(changes.since(u64::MAX, 9)), [0; 0]);
    }
}
