//! What happens in one run, and when: made from a seed, and made shorter where it is enough to show a breach.

use crate::random::Random;

pub(crate) const GATES: usize = 3;

/// Who can answer, each by the identity `sim:<name>`.
pub(crate) const PEOPLE: [&str; 7] = ["ada", "bo", "cy", "ada-admin", "owner", "bot", "out"];

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// A call, whose caller goes away after so many milliseconds.
    Call {
        gate: usize,
        deed: Deed,
        patience: u64,
    },
    Submit {
        gate: usize,
        deed: Deed,
    },
    /// A ballot about one of the cards shown so far; a duplicate of it arrives at another gate.
    Vote {
        gate: usize,
        person: usize,
        approve: bool,
        pick: u64,
        twice: bool,
    },
    Stop {
        gate: usize,
        person: usize,
        scope: u64,
    },
    Lift {
        gate: usize,
        pick: u64,
    },
    Stand {
        gate: usize,
    },
    Retire {
        gate: usize,
        pick: u64,
    },
    Withdraw {
        gate: usize,
        pick: u64,
    },
    Recover {
        gate: usize,
    },
    /// The process is gone, and another takes its place after a while.
    Crash {
        gate: usize,
        down: u64,
    },
    Part {
        gate: usize,
        span: u64,
    },
    Jump {
        gate: usize,
        millis: i64,
    },
    Remove {
        person: usize,
    },
    Return {
        person: usize,
    },
    Reload {
        gate: usize,
        version: u64,
    },
}

/// One call: those with the same numbers are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deed {
    pub(crate) action: &'static str,
    pub(crate) number: u64,
    pub(crate) keyed: bool,
    /// Doing it twice is as good as doing it once.
    pub(crate) repeatable: bool,
}

/// The acts, each with the pause before it in milliseconds.
pub(crate) type Plan = Vec<(u64, Act)>;

/// What a run is about more than about anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    Anything,
    Stops,
    /// Standing grants, and the calls that they are for.
    Nights,
    /// The same few calls over and over, by callers who go away.
    Retries,
}

pub(crate) fn plan(seed: u64) -> Plan {
    let mut random = Random::new(seed);
    let theme = random.one_of(&[Theme::Anything, Theme::Stops, Theme::Nights, Theme::Retries]);
    let length = 20 + random.below(25);
    let opening = if theme == Theme::Nights { opening() } else { Vec::new() };
    let rest = (0..length).map(|_| (pause(&mut random), act(&mut random, theme)));
    opening.into_iter().chain(rest).collect()
}

/// Somebody asks for a standing grant, and two people approve it.
fn opening() -> Plan {
    let vote = |gate, person| Act::Vote { gate, person, approve: true, pick: 1, twice: true };
    vec![(100, Act::Stand { gate: 0 }), (1500, vote(0, 0)), (300, vote(1, 1)), (300, vote(2, 1))]
}

fn pause(random: &mut Random) -> u64 {
    match random.below(4) {
        0 => 0,
        1 => random.below(40),
        _later => random.below(700),
    }
}

fn act(random: &mut Random, theme: Theme) -> Act {
    let gate = usize::try_from(random.below(GATES as u64)).unwrap();
    let person = usize::try_from(random.below(PEOPLE.len() as u64)).unwrap();
    let pick = random.below(1000);
    let stops = if theme == Theme::Stops { 14 } else { 1 };
    let stands = if theme == Theme::Nights { 3 } else { 1 };
    let weights = [34, 4, 40, stops, stops, stands, stands, 1, 2, 4, 3, 3, 2, 3, 3];
    let mut left = random.below(weights.iter().sum());
    let kind = weights.iter().position(|weight| {
        let is_it = left < *weight;
        left = left.saturating_sub(*weight);
        is_it
    });
    match kind.unwrap() {
        0 => {
            let goes = if theme == Theme::Retries { 50 } else { 15 };
            let patience = if random.percent(goes) { random.below(4000) } else { 60_000 };
            Act::Call { gate, deed: deed(random, theme), patience }
        }
        1 => Act::Submit { gate, deed: Deed { keyed: true, ..deed(random, theme) } },
        2 => {
            let (approve, twice) = (random.percent(90), random.percent(30));
            // Mostly by those who may.
            let person = if random.percent(70) { person % 3 } else { person };
            Act::Vote { gate, person, approve, pick, twice }
        }
        3 => Act::Stop { gate, person, scope: random.below(4) },
        4 => Act::Lift { gate, pick },
        5 => Act::Stand { gate },
        6 => Act::Retire { gate, pick },
        7 => Act::Withdraw { gate, pick },
        8 => Act::Recover { gate },
        9 => Act::Crash { gate, down: random.below(3000) },
        10 => Act::Part { gate, span: random.below(4000) },
        11 => {
            let span = i64::try_from(random.below(6000)).unwrap();
            Act::Jump { gate, millis: span - 3000 }
        }
        12 => Act::Remove { person },
        13 => Act::Return { person },
        _reload => Act::Reload { gate, version: random.below(3) },
    }
}

fn deed(random: &mut Random, theme: Theme) -> Deed {
    let all: &[&str] = match theme {
        Theme::Nights => &["act.night", "act.night", "act.night", "act.free"],
        Theme::Retries => &["act.free", "act.free", "act.one"],
        Theme::Anything | Theme::Stops => {
            &["act.free", "act.free", "act.one", "act.one", "act.two", "act.night", "act.no"]
        }
    };
    let action = random.one_of(all);
    let (many, keyed, repeatable) = match theme {
        Theme::Retries => (2, 90, 80),
        Theme::Anything | Theme::Stops | Theme::Nights => (4, 50, 30),
    };
    let keyed = random.percent(keyed);
    Deed {
        action,
        number: random.below(many),
        keyed,
        repeatable: keyed && random.percent(repeatable),
    }
}

/// The shortest plan that can be had of a plan that `fails`, by leaving out what is not needed.
pub(crate) fn shortest(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut shortest = plan.clone();
    let mut size = plan.len().div_ceil(2);
    while size > 0 {
        let mut from = 0;
        while from < shortest.len() {
            let mut shorter = shortest.clone();
            shorter.drain(from..(from + size).min(shortest.len()));
            if fails(&shorter) {
                shortest = shorter;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    shortest
}
