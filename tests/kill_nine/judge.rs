//! Holds the journal against the ledger: a pure function from both to the promises that were broken.

use std::collections::{BTreeMap, BTreeSet};

use approvals::{Execution, Outcome, Phase, State, Trail};

use crate::journal::{Line, Mark};
use crate::key::{Fate, Key};

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// A body ran that nobody had approved, or that somebody had rejected or denied.
    RanUnapproved(Key),
    /// A body ran more than once.
    RanTwice(Key),
    /// A body ran, and the ledger does not have it as started.
    RanUnrecorded(Key),
    /// What the library said to be so is not so in the ledger.
    Lost(Key, Mark),
    /// A call failed that should not have.
    Failed(Key),
    /// The ledger does not hold together.
    Ledger(String),
}

/// Where a call stands in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) phase: Phase,
    pub(crate) decided: bool,
}

pub(crate) type Standings = BTreeMap<Key, Standing>;

/// Where every call stands that the trail has.
pub(crate) fn standings(trail: &Trail) -> Standings {
    let of = |state: &State| {
        let key = state.request()?.key.as_ref()?;
        let decided = !state.decisions().is_empty();
        Some((Key::named(key.as_str()), Standing { phase: state.phase().clone(), decided }))
    };
    trail.states().filter_map(|(_, state)| of(state)).collect()
}

/// Every promise that these lines and this ledger show to be broken. The ledger was read after the lines.
pub(crate) fn judge(lines: &[Line], ledger: &Standings) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let (mut approved, mut rejected, mut ran) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for line in lines {
        let Some(key) = &line.key else { continue };
        let standing = ledger.get(key);
        let phase = standing.map(|standing| &standing.phase);
        let kept = match line.mark {
            Mark::Approved => {
                approved.insert(key);
                true
            }
            Mark::Rejected => {
                rejected.insert(key);
                true
            }
            Mark::Ran => {
                let may = match key.fate() {
                    Fate::Approve => approved.contains(key) && !rejected.contains(key),
                    Fate::Allow => true,
                    Fate::Reject | Fate::Deny => false,
                };
                let recorded = [
                    (may, Breach::RanUnapproved(key.clone())),
                    (ran.insert(key), Breach::RanTwice(key.clone())),
                    (phase.is_some_and(was_started), Breach::RanUnrecorded(key.clone())),
                ];
                breaches.extend(recorded.into_iter().filter(|(kept, _)| !kept).map(|(_, it)| it));
                true
            }
            Mark::Submitted => standing.is_some(),
            Mark::Decided => standing.is_some_and(|standing| standing.decided),
            Mark::Acked => phase == Some(&Phase::Ended(Outcome::Executed(Execution::Succeeded))),
            Mark::Failed => {
                breaches.push(Breach::Failed(key.clone()));
                true
            }
            Mark::Began | Mark::Opened | Mark::Asks | Mark::Runs | Mark::Left | Mark::Denied => {
                true
            }
        };
        if !kept {
            breaches.push(Breach::Lost(key.clone(), line.mark));
        }
    }
    breaches
}

fn was_started(phase: &Phase) -> bool {
    matches!(phase, Phase::Started | Phase::Ended(Outcome::Executed(_)))
}

/// What is left when every call was made once more and nobody was killed: it is over, or in doubt.
pub(crate) fn unfinished(ledger: &Standings) -> Vec<Breach> {
    let open = ledger
        .iter()
        .filter(|(_, standing)| !matches!(standing.phase, Phase::Started | Phase::Ended(_)));
    open.map(|(key, standing)| Breach::Ledger(format!("{key} is still {:?}", standing.phase)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::named("approve/1/4")
    }

    fn lines(marks: &[Mark]) -> Vec<Line> {
        marks.iter().map(|mark| Line { mark: *mark, who: 1, key: Some(key()) }).collect()
    }

    fn ledger(phase: Phase) -> Standings {
        [(key(), Standing { phase, decided: true })].into()
    }

    const SUCCEEDED: Phase = Phase::Ended(Outcome::Executed(Execution::Succeeded));

    #[test]
    fn a_call_that_went_as_it_should_passes() {
        let all = [
            Mark::Asks,
            Mark::Submitted,
            Mark::Approved,
            Mark::Decided,
            Mark::Runs,
            Mark::Ran,
            Mark::Left,
            Mark::Acked,
        ];
        assert_eq!(judge(&lines(&all), &ledger(SUCCEEDED)), []);
        assert_eq!(judge(&lines(&all[..7]), &ledger(Phase::Started)), []);
        assert_eq!(judge(&lines(&all[..4]), &ledger(Phase::Granted)), []);
    }

    #[test]
    fn every_broken_promise_is_found() {
        use Mark::*;
        let once = |marks: &[Mark], phase| judge(&lines(marks), &ledger(phase));
        assert_eq!(once(&[Ran], Phase::Started), [Breach::RanUnapproved(key())]);
        assert_eq!(once(&[Ran, Approved], Phase::Started), [Breach::RanUnapproved(key())]);
        assert_eq!(
            once(&[Approved, Rejected, Ran], Phase::Started),
            [Breach::RanUnapproved(key())]
        );
        assert_eq!(once(&[Approved, Ran, Ran], Phase::Started), [Breach::RanTwice(key())]);
        assert_eq!(once(&[Approved, Ran], Phase::Granted), [Breach::RanUnrecorded(key())]);
        assert_eq!(once(&[Acked], Phase::Started), [Breach::Lost(key(), Acked)]);
        assert_eq!(once(&[Failed], Phase::Pending), [Breach::Failed(key())]);
        for lost in [Submitted, Decided, Acked] {
            assert_eq!(judge(&lines(&[lost]), &Standings::new()), [Breach::Lost(key(), lost)]);
        }
        assert_eq!(unfinished(&ledger(Phase::Granted)).len(), 1);
        assert_eq!(unfinished(&ledger(Phase::Started)).len(), 0);
    }

    #[test]
    fn what_was_rejected_or_denied_never_runs() {
        for name in ["reject/1/0", "deny/1/3"] {
            let key = Key::named(name);
            let line = |mark| Line { mark, who: 1, key: Some(key.clone()) };
            let phase = Standing { phase: Phase::Started, decided: true };
            let found =
                judge(&[line(Mark::Approved), line(Mark::Ran)], &[(key.clone(), phase)].into());
            assert_eq!(found, [Breach::RanUnapproved(key)]);
        }
    }
}
