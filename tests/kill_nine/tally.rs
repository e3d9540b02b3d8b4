//! Counts what happened, so that a run in which nothing happened is no success.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use approvals::Phase;

use crate::journal::{Line, Mark};
use crate::judge::Standings;
use crate::key::Key;

/// What a process, or one of its calls, was at when it was killed.
const MOMENTS: [&str; 7] = [
    "before its first instruction",
    "while opening the ledger",
    "while asking",
    "while deciding",
    "between deciding and starting",
    "in the body",
    "while recording the outcome",
];

/// The counts of some rounds.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) kills: u32,
    /// How many kills hit a process at which moment; a process is at several, with several calls.
    pub(crate) moments: BTreeMap<&'static str, u32>,
    pub(crate) calls: usize,
    /// Calls that two processes both wanted to run at the same time, until they were killed.
    pub(crate) contested: usize,
    pub(crate) ran: usize,
    pub(crate) acknowledged: usize,
    /// Calls that were started, and nobody knows what became of them.
    pub(crate) unknown: usize,
    /// How many of these did run, as only the journal knows.
    pub(crate) unknown_and_ran: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            kills: 0,
            moments: MOMENTS.iter().map(|moment| (*moment, 0)).collect(),
            calls: 0,
            contested: 0,
            ran: 0,
            acknowledged: 0,
            unknown: 0,
            unknown_and_ran: 0,
        }
    }
}

impl Tally {
    /// Counts what the process `who` was at when it was killed.
    pub(crate) fn kill(&mut self, lines: &[Line], who: u32) {
        self.kills += 1;
        let mut at = BTreeSet::new();
        let mut last = BTreeMap::new();
        let mut own = None;
        for line in lines.iter().filter(|line| line.who == who) {
            match &line.key {
                Some(key) => drop(last.insert(key, line.mark)),
                None => own = Some(line.mark),
            }
        }
        match own {
            None => drop(at.insert(MOMENTS[0])),
            Some(Mark::Began) => drop(at.insert(MOMENTS[1])),
            Some(_) => at.extend(last.into_values().filter_map(moment)),
        }
        for moment in at {
            *self.moments.get_mut(moment).unwrap() += 1;
        }
    }

    /// Counts what became of the calls of a whole round. Processes `2n` and `2n + 1` ran together; those from
    /// `last` on were not killed.
    pub(crate) fn round(&mut self, lines: &[Line], ledger: &Standings, last: u32) {
        let with = |mark: Mark| -> BTreeSet<&Key> {
            lines.iter().filter(|it| it.mark == mark).filter_map(|it| it.key.as_ref()).collect()
        };
        let ran = with(Mark::Ran);
        let unknown: Vec<&Key> =
            ledger.iter().filter(|it| it.1.phase == Phase::Started).map(|it| it.0).collect();
        let wanted: BTreeSet<_> = lines
            .iter()
            .filter(|line| line.mark == Mark::Runs && line.who < last)
            .filter_map(|line| Some((line.key.as_ref()?, line.who)))
            .collect();
        let by_both = |(key, who): &&(&Key, u32)| who % 2 == 0 && wanted.contains(&(*key, who + 1));
        let contested: BTreeSet<&Key> = wanted.iter().filter(by_both).map(|it| it.0).collect();
        self.contested += contested.len();
        self.calls += ledger.len();
        self.ran += ran.len();
        self.acknowledged += with(Mark::Acked).len();
        self.unknown += unknown.len();
        self.unknown_and_ran += unknown.iter().filter(|key| ran.contains(*key)).count();
    }
}

/// What a call was at whose last line this is; it may have been over.
fn moment(last: Mark) -> Option<&'static str> {
    match last {
        Mark::Asks => Some(MOMENTS[2]),
        Mark::Approved | Mark::Rejected => Some(MOMENTS[3]),
        Mark::Runs | Mark::Decided => Some(MOMENTS[4]),
        Mark::Ran => Some(MOMENTS[5]),
        Mark::Left => Some(MOMENTS[6]),
        Mark::Began
        | Mark::Opened
        | Mark::Submitted
        | Mark::Acked
        | Mark::Denied
        | Mark::Failed => None,
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} kills:", self.kills)?;
        for moment in MOMENTS {
            writeln!(f, "{:>7} came {moment}", self.moments[moment])?;
        }
        write!(
            f,
            "{} calls, {} of them wanted by two processes at once: {} ran, {} were acknowledged; {} are in doubt, of which {} ran",
            self.calls,
            self.contested,
            self.ran,
            self.acknowledged,
            self.unknown,
            self.unknown_and_ran
        )
    }
}
