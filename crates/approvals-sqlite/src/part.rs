//! The parts in which the log is read, and what is remembered of each so that no other events pass for its.

use std::collections::HashMap;
use std::ops::Range;

use approvals_core::RequestId;
use approvals_log::{Hash, leaf_hash};

use crate::error::Damage;

/// How many events make one [`Part::Page`].
const PAGE: u64 = 32;
const NOT_SIGNED: &str = "it is not among the events that were signed";

/// A part of the log that can be read by itself, and verified by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The events of one request, or the log's own.
    Of(Option<RequestId>),
    /// The events with indexes from `PAGE` times this number on.
    Page(u64),
}

/// The events of one part: how many, and a hash that only they have, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) count: u64,
    /// The index of the last one.
    last: u64,
    chain: Hash,
}

/// All parts; about 100 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Streams(HashMap<Part, Stream>);

impl Streams {
    /// Takes an event as the next one of its request and of its page.
    pub(crate) fn push(&mut self, request: Option<RequestId>, index: u64, leaf: &Hash) {
        for part in [Part::Of(request), Part::page_of(index)] {
            self.0.entry(part).or_default().push(index, leaf);
        }
    }

    /// Goes on from `known` in a part of which there is nothing here yet.
    pub(crate) fn begin(&mut self, part: Part, known: impl FnOnce() -> Stream) {
        self.0.entry(part).or_insert_with(known);
    }

    /// Takes over the parts that `newer` has.
    pub(crate) fn replace(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }

    pub(crate) fn get(&self, part: Part) -> Stream {
        self.0.get(&part).copied().unwrap_or_default()
    }
}

impl Part {
    pub(crate) fn page_of(index: u64) -> Self {
        Self::Page(index.wrapping_div(PAGE))
    }

    /// The pages that have these events, and the indexes of each.
    pub(crate) fn pages(events: Range<u64>) -> impl Iterator<Item = (Self, Range<u64>)> {
        let first = events.start.wrapping_div(PAGE);
        let end = if events.is_empty() { first } else { events.end.div_ceil(PAGE) };
        (first..end).map(|number| {
            let start = number.saturating_mul(PAGE);
            (Self::Page(number), start..start.saturating_add(PAGE))
        })
    }
}

impl Stream {
    fn push(&mut self, index: u64, leaf: &Hash) {
        self.chain = leaf_hash(&[&self.chain[..], &index.to_be_bytes(), leaf].concat());
        self.count = self.count.saturating_add(1);
        self.last = index;
    }

    /// How many events were stored, by what the last of them says; it must be the last one known.
    pub(crate) fn check_last(&self, stored: Option<(u64, u64)>) -> Result<(), Damage> {
        let (count, next) = match stored {
            Some((seq, index)) => (seq.saturating_add(1), index.saturating_add(1)),
            None => (0, 0),
        };
        if count > self.count {
            return Err(Damage::at(next.saturating_sub(1), NOT_SIGNED));
        }
        if count < self.count {
            return Err(self.missing(next));
        }
        if count > 0 && next != self.last.saturating_add(1) {
            return Err(Damage::at(self.last, "it is stored in another place than was signed"));
        }
        Ok(())
    }

    /// The end of this part is not there, after what is stored below `next`.
    fn missing(&self, next: u64) -> Damage {
        let first = next.min(self.last);
        Damage::between(first, self.last, "something is missing, and the signed head covers it")
    }
}

/// Holds the events that are read of a part against what is known of it.
#[derive(Debug)]
pub(crate) struct Comparison {
    known: Stream,
    found: Stream,
    first: Option<u64>,
    /// Whatever is missing has this index or a later one.
    next: u64,
}

impl Comparison {
    /// With a part whose events are at `start` and later.
    pub(crate) fn new(known: Stream, start: u64) -> Self {
        Self { known, found: Stream::default(), first: None, next: start }
    }

    /// The next event that was read.
    pub(crate) fn take(&mut self, index: u64, leaf: &Hash) -> Result<(), Damage> {
        if self.found.count == self.known.count {
            return Err(Damage::at(index, NOT_SIGNED));
        }
        self.first.get_or_insert(index);
        self.next = index.saturating_add(1);
        self.found.push(index, leaf);
        Ok(())
    }

    /// No event may be missing, nor be another than was signed.
    pub(crate) fn finish(self) -> Result<(), Damage> {
        let Self { known, found, first, next } = self;
        if found.count < known.count {
            return Err(known.missing(next));
        }
        if found != known {
            let detail = "not all of these are the events that were signed";
            return Err(Damage::between(first.unwrap_or(next), found.last, detail));
        }
        Ok(())
    }
}
