//! Some requests, the people around them and the log that they stand in, as the model has them; and what each step does.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{AGENT, Case, How, OWNER, Phase, Verdict, Why};
use super::people::{ACCOUNTS, Millis, Person, Rule, Vote, account};

/// Requests at a time. The last is for an act on the approvals themselves, which no stop stops.
pub(super) const SLOTS: usize = 4;
pub(super) const OWN_ACT: usize = SLOTS - 1;

/// After this much silence, what may be repeated is.
pub(super) const SILENCE: Millis = 30_000;

/// One thing that could happen next. Not all of them can; that is the point.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Ask { slot: usize, verdict: Verdict, repeatable: bool, emergency: bool },
    Vote { slot: usize, person: usize, lent: bool, yes: bool, web: bool, right: bool, grant: bool },
    Issue { slot: usize },
    Start { slot: usize, right: bool, again: Again },
    Finish { slot: usize, how: How, back: u64 },
    Close { slot: usize, why: Why },
    Note { slot: usize, shown: bool, web: bool },
    Nudge { slot: usize, right: bool },
    Resolve { slot: usize, person: usize, done: bool },
    Review { slot: usize, person: usize },
    Wait(Millis),
    TurnBack(Millis),
    Leave { person: usize, group: &'static str },
    Join { person: usize, group: &'static str },
    Vanish { person: usize },
    Return { person: usize },
    Load { right: bool, guarded: bool, agreed: bool },
    Stop(Scope),
    Lift(usize),
    Lend { from: usize, to: usize, group: &'static str, lives: Millis },
    TakeBack { from: usize },
    Stand { which: usize, slot: usize, usual: usize, uses: usize, lives: Millis },
    Use { which: usize, call: usize },
    Retire { which: usize },
    Crash { to_bytes: bool },
}

/// What the policy says when it is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    Same,
    Allow,
    Deny,
    Less,
    More,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Everything,
    Principal(&'static str),
    Slot(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lent {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) group: &'static str,
    pub(super) until: Millis,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) slot: usize,
    pub(super) instead_of: Vec<Rule>,
    pub(super) uses: usize,
    pub(super) until: Millis,
    pub(super) used: BTreeSet<usize>,
    pub(super) is_retired: bool,
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) now: Millis,
    /// As the directory knows them now.
    pub(super) people: Vec<Option<Person>>,
    pub(super) cases: Vec<Case>,
    /// In the order in which they were made; none where it was lifted.
    pub(super) stops: Vec<Option<Scope>>,
    pub(super) lent: Vec<Lent>,
    pub(super) standing: BTreeMap<usize, Standing>,
    /// The event that loaded the policy, and whether replacing it takes consent.
    pub(super) policy: Option<(u64, bool)>,
    pub(super) version: u64,
    pub(super) last: Millis,
    /// Whether the last step was one that could be.
    pub(super) taken: bool,
}

/// What the policy says again to a request that was asked under `rules`.
pub(super) fn asked_again(again: Again, rules: Option<&Vec<Rule>>) -> Verdict {
    let mut rules = match (again, rules) {
        (Again::Allow, _) | (Again::Same, None) => return Verdict::Allow,
        (Again::Deny, _) => return Verdict::Deny,
        (_review, rules) => rules.cloned().unwrap_or_default(),
    };
    let other = Rule { name: "other", approve_within: 60_000, ..Rule::usual(0) };
    match again {
        Again::Less => rules.truncate(1),
        Again::More => rules.push(other),
        // One second less to decide is another rule.
        Again::Other => rules.iter_mut().for_each(|rule| rule.approve_within -= 1000),
        Again::Same | Again::Allow | Again::Deny => {}
    }
    Verdict::Review(rules)
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: 1_000_000_123,
            people: (0..ACCOUNTS.len()).map(|n| Some(account(n))).collect(),
            cases: vec![Case::default(); SLOTS],
            stops: Vec::new(),
            lent: Vec::new(),
            standing: BTreeMap::new(),
            policy: None,
            version: 0,
            last: 0,
            taken: true,
        }
    }

    pub(super) fn is_stopped(&self, slot: usize) -> bool {
        slot != OWN_ACT
            && self.stops.iter().flatten().any(|scope| match scope {
                Scope::Everything => true,
                Scope::Principal(name) => [AGENT, OWNER].contains(name),
                Scope::Slot(stopped) => *stopped == slot,
            })
    }

    pub(super) fn log_time(&self) -> Millis {
        self.now.max(self.last)
    }

    fn log(&mut self) -> bool {
        (self.version, self.last) = (self.version + 1, self.log_time());
        true
    }

    /// Somebody in whose place `voter` may vote, as far as they are still in the group.
    fn lender(&self, voter: &Person, at: Millis) -> Option<Person> {
        let live = self.lent.iter().filter(|lent| lent.to == voter.name && at < lent.until);
        let mut lenders = live.filter_map(|lent| {
            let known = self.people.iter().flatten().find(|one| one.name == lent.from)?;
            let mut lender = known.clone();
            lender.groups.retain(|group, _| *group == lent.group);
            (!lender.groups.is_empty()).then_some(lender)
        });
        lenders.next()
    }

    pub(super) fn take(&mut self, step: &Step) {
        self.taken = match step {
            Step::Ask { slot, verdict, repeatable, emergency } => {
                self.ask(*slot, verdict, *repeatable, *emergency)
            }
            Step::Vote { .. }
            | Step::Issue { .. }
            | Step::Start { .. }
            | Step::Finish { .. }
            | Step::Close { .. }
            | Step::Note { .. }
            | Step::Nudge { .. }
            | Step::Resolve { .. }
            | Step::Review { .. } => self.step_on_case(step),
            Step::Load { .. }
            | Step::Stop(_)
            | Step::Lift(_)
            | Step::Lend { .. }
            | Step::TakeBack { .. }
            | Step::Stand { .. }
            | Step::Use { .. }
            | Step::Retire { .. } => self.step_on_log(step),
            _around => self.step_around(step),
        };
    }

    fn ask(&mut self, slot: usize, verdict: &Verdict, repeatable: bool, emergency: bool) -> bool {
        if self.cases[slot].phase != Phase::Absent {
            return false;
        }
        let by_standing = match verdict {
            Verdict::Review(asked) => !self.is_stopped(slot) && self.use_any(slot, asked),
            Verdict::Allow | Verdict::Deny => false,
        };
        let at = self.cases[slot].time(self.now);
        let case = &mut self.cases[slot];
        case.asked_at = at;
        case.by_standing = by_standing;
        case.retry_after = repeatable.then_some(SILENCE);
        case.is_emergency = emergency;
        if let Verdict::Review(rules) = verdict {
            case.rules = Some(rules.clone());
        }
        let open = by_standing || *verdict == Verdict::Allow;
        case.end(if open { Phase::Allowed } else { Phase::Pending }, at);
        if *verdict == Verdict::Deny {
            case.end(Phase::Closed(Why::Denied), at);
        }
        true
    }

    /// What somebody has lent, under whichever name; under one alone, if the directory does not know them any more.
    fn take_back(&mut self, from: usize) {
        let alone = BTreeSet::from([ACCOUNTS[from].0]);
        let names = self.people[from].as_ref().map_or(alone, Person::names);
        self.lent.retain(|lent| !names.contains(lent.from));
    }

    /// Whether a standing grant was used for this call and is still good for it.
    fn rests_on_standing(&self, slot: usize, now: Millis) -> bool {
        let mut all = self.standing.values();
        all.any(|one| one.used.contains(&slot) && !one.is_retired && now < one.until)
    }

    /// Uses a standing grant for this call, unless that was done before.
    fn use_any(&mut self, slot: usize, asked: &[Rule]) -> bool {
        if self.standing.values().any(|one| one.used.contains(&slot)) {
            return slot != OWN_ACT;
        }
        let at = self.log_time();
        let covers = |one: &Standing| asked.iter().all(|rule| one.instead_of.contains(rule));
        let fits = |one: &Standing| one.slot == slot && slot != OWN_ACT && covers(one);
        let which = self.standing.iter().find(|(_, one)| fits(one) && one.is_usable(at));
        let which = which.map(|(which, _)| *which);
        which.is_some_and(|which| self.use_one(which, slot))
    }

    fn use_one(&mut self, which: usize, call: usize) -> bool {
        let at = self.log_time();
        let one = self.standing.get_mut(&which);
        let one = one.filter(|one| one.is_usable(at) && !one.used.contains(&call));
        one.is_some_and(|one| one.used.insert(call)) && self.log()
    }

    fn step_on_case(&mut self, step: &Step) -> bool {
        let stopped: Vec<bool> = (0..SLOTS).map(|slot| self.is_stopped(slot)).collect();
        let now = self.now;
        match *step {
            Step::Vote { slot, person, lent, yes: approve, web, right, grant } => {
                let Some(voter) = self.people[person].clone() else { return false };
                let at = self.cases[slot].time(now);
                let lender = if lent { self.lender(&voter, at) } else { None };
                let vote = Vote { voter, lender, approve, web, at };
                self.cases[slot].vote(vote, right, grant)
            }
            Step::Start { slot, right, again } => {
                let people = self.people.clone();
                let rests = !self.cases[slot].by_standing || self.rests_on_standing(slot, now);
                let lent = self.lent.clone();
                let lends = |vote: &Vote| lent.iter().any(|lent| lent.is_for(vote));
                let may = right && rests && !stopped[slot];
                self.cases[slot].start(now, may, again, &people, &lends)
            }
            Step::Issue { slot } => {
                let at = self.cases[slot].time(now);
                self.cases[slot].issue(at)
            }
            Step::Finish { slot, how, back } => self.cases[slot].finish(now, how, back),
            Step::Close { slot, why } => self.cases[slot].close(now, why),
            Step::Note { slot, shown, web } => self.cases[slot].note(now, shown, web),
            Step::Nudge { slot, right } => self.cases[slot].nudge(now, right),
            Step::Resolve { slot, person, done } => {
                let Some(person) = self.people[person].clone() else { return false };
                self.cases[slot].resolve(now, &person, done)
            }
            Step::Review { slot, person } => {
                let Some(person) = self.people[person].clone() else { return false };
                self.cases[slot].review(now, &person)
            }
            _ => panic!("it is about no case"),
        }
    }

    fn step_on_log(&mut self, step: &Step) -> bool {
        let at = self.log_time();
        let name = |person: usize| ACCOUNTS[person].0;
        match *step {
            Step::Load { right, guarded, agreed } => {
                let free = self.policy.is_none_or(|(_, guarded)| !guarded) || agreed;
                if !right || !free {
                    return false;
                }
                self.policy = Some((self.version, guarded));
            }
            Step::Stop(scope) => self.stops.push(Some(scope)),
            Step::Lift(which) => {
                if self.stops.get_mut(which).and_then(Option::take).is_none() {
                    return false;
                }
            }
            Step::Lend { from, to, group, lives } => {
                let Some(lender) = self.people[from].clone() else { return false };
                let may = lender.is_human && lender.groups.contains_key(group);
                if !may || lender.names().contains(name(to)) {
                    return false;
                }
                self.take_back(from);
                let until = at + lives;
                self.lent.push(Lent { from: name(from), to: name(to), group, until });
            }
            Step::TakeBack { from } => self.take_back(from),
            Step::Stand { which, slot, usual, uses, lives } => {
                if self.standing.contains_key(&which) {
                    return false;
                }
                let until = at + lives;
                let instead_of = vec![Rule::usual(usual)];
                let one = Standing { slot, instead_of, uses, until, ..Standing::default() };
                self.standing.insert(which, one);
            }
            Step::Use { which, call } => return self.use_one(which, call),
            Step::Retire { which } => {
                let Some(one) = self.standing.get_mut(&which) else { return false };
                if std::mem::replace(&mut one.is_retired, true) {
                    return false;
                }
            }
            _ => panic!("it is not about the log"),
        }
        self.log()
    }

    /// What happens outside of the product, and cannot fail.
    fn step_around(&mut self, step: &Step) -> bool {
        match *step {
            Step::Wait(span) => self.now += span,
            Step::TurnBack(span) => self.now -= span,
            Step::Leave { person, group } => {
                if let Some(person) = &mut self.people[person] {
                    person.groups.remove(group);
                }
            }
            Step::Join { person, group } => {
                let since = Some(self.now);
                if let Some(person) = &mut self.people[person] {
                    person.groups.entry(group).or_insert(since);
                }
            }
            Step::Vanish { person } => self.people[person] = None,
            Step::Return { person } => self.people[person] = Some(account(person)),
            Step::Crash { .. } => {}
            _ => panic!("it happens inside"),
        }
        true
    }
}

impl Lent {
    /// Whether it is what this vote was given by, in somebody's place.
    fn is_for(&self, vote: &Vote) -> bool {
        let same_group = |lender: &Person| lender.groups.keys().all(|group| *group == self.group);
        vote.voter.name == self.to
            && vote.lender.as_ref().is_some_and(|one| one.name == self.from && same_group(one))
    }
}

impl Standing {
    fn is_usable(&self, at: Millis) -> bool {
        !self.is_retired && self.used.len() < self.uses && at < self.until
    }
}
