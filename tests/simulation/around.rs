//! What stands around the gates: clocks that are wrong, a directory that changes, a channel, a policy, actions.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use async_trait::async_trait;
use tokio::time::Instant;

use crate::plan::{Deed, PEOPLE};

/// The first of January 2030.
const START: i64 = 1_893_456_000_000;

/// One host's clock: it goes with the simulation's time, and is off by so much.
#[derive(Clone, Debug)]
pub(crate) struct HostClock {
    start: Instant,
    off: Arc<AtomicI64>,
}

impl HostClock {
    pub(crate) fn new(start: Instant, off: i64) -> Self {
        Self { start, off: Arc::new(AtomicI64::new(off)) }
    }

    pub(crate) fn jump(&self, millis: i64) {
        self.off.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for HostClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.start.elapsed().as_millis()).unwrap();
        Timestamp::from_millis(START + passed + self.off.load(Ordering::SeqCst))
    }
}

/// Who is there, and who was removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Staff(Arc<Mutex<BTreeSet<usize>>>);

impl Staff {
    pub(crate) fn remove(&self, person: usize) {
        self.0.lock().unwrap().insert(person);
    }

    pub(crate) fn bring_back(&self, person: usize) {
        self.0.lock().unwrap().remove(&person);
    }

    fn known(&self) -> Vec<(&'static str, Principal)> {
        let removed = self.0.lock().unwrap();
        let here = (0..PEOPLE.len()).filter(|n| !removed.contains(n));
        here.map(|n| (PEOPLE[n], person(PEOPLE[n]))).collect()
    }
}

pub(crate) fn person(name: &str) -> Principal {
    let id = format!("u:{name}");
    let known = match name {
        "bot" => Principal::service("svc:bot"),
        "ada-admin" => Principal::human(&id).unwrap().also_known_as(["u:ada"]),
        _human => Principal::human(&id),
    };
    let groups: &[&str] = if name == "out" { &[] } else { &["ops"] };
    known.unwrap().member_of(groups.iter().copied()).unwrap()
}

pub(crate) fn identity(person: usize) -> ChannelIdentity {
    ChannelIdentity::new("sim", PEOPLE[person]).unwrap()
}

pub(crate) fn agent() -> Requester {
    Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(person("owner"))
}

#[async_trait]
impl Directory for Staff {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        let known = self.known().into_iter().find(|(name, _)| *name == identity.subject());
        Ok(known.map(|(_, person)| person))
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        Ok(self.known().into_iter().map(|(_, one)| one).filter(|one| one.is_in(group)).collect())
    }
}

/// All cards that any gate has shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board(Arc<Mutex<Vec<Card>>>);

impl Board {
    pub(crate) fn pick(&self, pick: u64) -> Option<Card> {
        let cards = self.0.lock().unwrap();
        // Mostly one of the newest.
        let newest =
            cards.len().saturating_sub(if pick.is_multiple_of(5) { cards.len() } else { 4 });
        let cards = &cards[newest..];
        let n = usize::try_from(pick).unwrap().checked_rem(cards.len())?;
        cards.get(n).cloned()
    }
}

#[async_trait]
impl Approver for Board {
    fn channel(&self) -> &'static str {
        "sim"
    }

    async fn present(&self, card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        self.0.lock().unwrap().push(card.clone());
        Ok(Presented::new())
    }
}

/// Each version has other rules.
#[derive(Debug)]
pub(crate) struct Versioned(pub(crate) u64);

/// What people are asked for who is named so.
pub(crate) fn obligations(name: &str, count: u32, veto: u32) -> Obligations {
    let one = Obligation::new(name).unwrap().seats("ops", count).unwrap().veto(veto);
    let one = one
        .approve_within(Duration::from_secs(8))
        .execute_within(Duration::from_secs(5))
        .vote_lives(Duration::from_secs(5));
    Obligations::new([one])
}

fn ask(name: &str, count: u32, veto: u32) -> Verdict {
    Verdict::Review(obligations(name, count, veto))
}

impl Policy for Versioned {
    fn digest(&self) -> Digest {
        Digest::of("policy", &self.0.to_be_bytes())
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let verdict = match (facts.action().as_str(), self.0) {
            ("act.free", 0 | 1) => Verdict::Allow,
            ("act.one", 0 | 2) | ("act.night" | "act.free", _) => ask("one", 1, 1),
            ("act.one" | "act.two", 0 | 1) => ask("two", 2, 2),
            _other => Verdict::Deny("not in this version".into()),
        };
        Ok(Ruling::new(verdict, vec![], self.digest()))
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        let loosens = ["approvals.lift", "approvals.standing"];
        let loosens = loosens.contains(&facts.action().as_str());
        Ok(loosens.then(|| Ruling::new(ask("one", 1, 1), vec![], self.digest())))
    }
}

/// A deed with its key, as it is asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    deed: Deed,
    key: Option<IdempotencyKey>,
}

impl Asked {
    pub(crate) fn new(deed: Deed) -> Self {
        let kind = if deed.repeatable { "again" } else { "once" };
        let key = format!("{}-{}-{kind}", deed.action, deed.number);
        Self { deed, key: deed.keyed.then(|| key.parse().unwrap()) }
    }
}

/// How long a repeatable deed is silent before it is done again.
pub(crate) const SILENCE: Duration = Duration::from_secs(1);

impl Action for Asked {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action(self.deed.action, Risk::High)?;
        if self.deed.repeatable {
            call.idempotent_after(SILENCE)?;
        }
        call.bind("n", &self.deed.number)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }
}

/// How often what was reached.
#[derive(Debug, Default)]
pub(crate) struct Tally(pub(crate) HashMap<&'static str, u64>);

impl Tally {
    pub(crate) fn add(&mut self, what: &'static str, count: u64) {
        *self.0.entry(what).or_default() += count;
    }
}
