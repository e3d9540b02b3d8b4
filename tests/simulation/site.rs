//! Three gates over one store, the acts of a plan done to them, and what was seen of it from outside.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::around::{Asked, Board, HostClock, Staff, agent, identity, obligations};
use crate::network::{Bug, Link, Network, Store};
use crate::plan::{Act, Deed, GATES, Plan};
use crate::random::Random;

pub(crate) const ORIGIN: &str = "example.org/simulation";

/// A body that began, as it saw itself.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) call: usize,
    pub(crate) request: RequestId,
    pub(crate) fence: u64,
    /// How many entries the store had.
    pub(crate) entries: u64,
}

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Denied(Denied),
    /// The body's own.
    Own,
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

/// What was seen from outside: what bodies did, and what the product said.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) begun: Vec<Begun>,
    pub(crate) told: Vec<(usize, Deed, Result<(), Failure>)>,
    /// Who voted what about which request, where the desk said that it took it.
    pub(crate) votes: Vec<(ChannelIdentity, RequestId, Choice)>,
    /// What was stopped, and how many entries the store had when that was said.
    pub(crate) stops: Vec<(Digest, u64)>,
    pub(crate) standing: Vec<RequestId>,
    pub(crate) calls: usize,
    pub(crate) crashes: u64,
    pub(crate) refused_twice: u64,
    pub(crate) panics: u64,
}

/// One host: a gate process, or nothing for a while.
#[derive(Debug)]
struct Host {
    clock: HostClock,
    version: Mutex<u64>,
    process: Mutex<Option<(Gate, Arc<Link>)>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) store: Arc<Store>,
    hosts: Vec<Host>,
    staff: Staff,
    board: Board,
    random: Mutex<Random>,
    pub(crate) seen: Mutex<Seen>,
}

impl Site {
    pub(crate) async fn new(seed: u64, bug: Option<Bug>) -> Arc<Self> {
        let log_key = LocalSigner::from_seed(&[1; 32]).unwrap();
        let ledger = MemoryLedger::new(ORIGIN, log_key).await.unwrap();
        let mut random = Random::new(seed ^ 0x5eed);
        let start = Instant::now();
        let mut host = |_| Host {
            clock: HostClock::new(start, i64::try_from(random.below(4000)).unwrap() - 2000),
            version: Mutex::new(0),
            process: Mutex::new(None),
            tasks: Mutex::default(),
        };
        let hosts = (0..GATES).map(&mut host).collect();
        let store = Arc::new(Store::new(ledger, bug));
        let site = Arc::new(Self {
            store,
            hosts,
            staff: Staff::default(),
            board: Board::default(),
            random: Mutex::new(random),
            seen: Mutex::default(),
        });
        for gate in 0..GATES {
            Arc::clone(&site).begin(gate).await;
        }
        site
    }

    fn below(&self, limit: u64) -> u64 {
        self.random.lock().unwrap().below(limit)
    }

    /// A process begins on this host, over a link of its own.
    async fn begin(self: Arc<Self>, n: usize) {
        let host = &self.hosts[n];
        let link = Arc::new(Link::new(self.below(u64::MAX)));
        let key =
            |seed: u8| LocalSigner::from_seed(&[seed + u8::try_from(n).unwrap(); 32]).unwrap();
        let limits =
            Limits::default().pending(usize::MAX).per_hour(usize::MAX).cool_down(Duration::ZERO);
        loop {
            let network = Network { store: Arc::clone(&self.store), link: Arc::clone(&link) };
            let version = *host.version.lock().unwrap();
            let built = Gate::builder()
                .policy(crate::around::Versioned(version))
                .ledger(network)
                .directory(self.staff.clone())
                .approver(self.board.clone())
                .recorder_key(key(10))
                .grant_key(key(20))
                .clock(host.clock.clone())
                .limits(limits)
                .requester(agent())
                .build();
            match built.await {
                Ok(gate) => break *host.process.lock().unwrap() = Some((gate, link)),
                Err(_not_yet) => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    fn gate(&self, n: usize) -> Option<Gate> {
        self.hosts[n].process.lock().unwrap().as_ref().map(|(gate, _)| gate.clone())
    }

    /// What a process does goes with the process.
    fn spawn(&self, n: usize, task: impl Future<Output = ()> + Send + 'static) {
        self.hosts[n].tasks.lock().unwrap().push(tokio::spawn(task));
    }

    /// Does everything that is planned, then lets all that is under way arrive.
    pub(crate) async fn live(self: &Arc<Self>, plan: &Plan) {
        for (pause, act) in plan {
            sleep(Duration::from_millis(*pause)).await;
            self.act(act);
        }
        sleep(Duration::from_secs(6)).await;
        for host in &self.hosts {
            if let Some((_, link)) = &*host.process.lock().unwrap() {
                link.heal();
            }
        }
        // As long as the gate tries to record an outcome.
        sleep(Duration::from_secs(75)).await;
        for host in &self.hosts {
            let tasks = std::mem::take(&mut *host.tasks.lock().unwrap());
            for task in tasks {
                let ended = timeout(Duration::ZERO, task).await;
                let panicked = ended.is_ok_and(|ended| ended.is_err_and(|error| error.is_panic()));
                self.seen.lock().unwrap().panics += u64::from(panicked);
            }
        }
    }

    fn act(self: &Arc<Self>, act: &Act) {
        match *act {
            Act::Remove { person } => self.staff.remove(person),
            Act::Return { person } => self.staff.bring_back(person),
            Act::Jump { gate, millis } => self.hosts[gate].clock.jump(millis),
            Act::Part { gate, span } => {
                if let Some((_, link)) = &*self.hosts[gate].process.lock().unwrap() {
                    link.cut(span);
                }
            }
            Act::Crash { gate, down } => self.crash(gate, down),
            Act::Call { gate, .. }
            | Act::Submit { gate, .. }
            | Act::Vote { gate, .. }
            | Act::Stop { gate, .. }
            | Act::Lift { gate, .. }
            | Act::Stand { gate }
            | Act::Retire { gate, .. }
            | Act::Withdraw { gate, .. }
            | Act::Recover { gate }
            | Act::Reload { gate, .. } => {
                let Some(process) = self.gate(gate) else { return };
                let (site, act) = (Arc::clone(self), act.clone());
                self.spawn(gate, async move { site.ask_of(gate, process, act).await });
            }
        }
    }

    fn crash(self: &Arc<Self>, n: usize, down: u64) {
        let Some((_gate, link)) = self.hosts[n].process.lock().unwrap().take() else { return };
        // First nothing that it does arrives any more, then its tasks go: that they clean up helps nobody.
        link.kill();
        self.hosts[n].tasks.lock().unwrap().drain(..).for_each(|task| task.abort());
        self.seen.lock().unwrap().crashes += 1;
        let site = Arc::clone(self);
        drop(tokio::spawn(async move {
            sleep(Duration::from_millis(down)).await;
            site.begin(n).await;
        }));
    }

    /// What somebody asks of one gate, until it answers.
    async fn ask_of(self: Arc<Self>, n: usize, gate: Gate, act: Act) {
        let desk = gate.desk();
        match act {
            Act::Call { deed, patience, .. } => self.call(&gate, deed, patience).await,
            Act::Submit { deed, .. } => drop(gate.submit(Asked::new(deed)).await),
            Act::Vote { person, approve, pick, twice, .. } => {
                let Some(card) = self.board.pick(pick) else { return };
                if twice {
                    self.deliver_again((n + 1) % GATES, person, card.clone(), approve);
                }
                self.vote(&desk, person, &card, approve).await;
            }
            Act::Stop { person, scope, .. } => {
                let scope = match scope {
                    0 => Stop::Everything,
                    1 => Stop::Principal("agent:a".parse().unwrap()),
                    2 => Stop::Action("act.one".parse().unwrap()),
                    _other => Stop::Action("act.free".parse().unwrap()),
                };
                if let Ok(stop) = desk.stop(&identity(person), scope, "it looks wrong").await {
                    let entries = self.store.size();
                    self.seen.lock().unwrap().stops.push((stop, entries));
                }
            }
            Act::Lift { pick, .. } => {
                let Some(stop) =
                    self.pick(pick, |seen| seen.stops.iter().map(|one| one.0).collect())
                else {
                    return;
                };
                drop(desk.lift(&identity(2), stop, "it is fine").await);
            }
            Act::Stand { .. } => {
                let until = Timestamp::from_millis(1_893_456_030_000);
                let (who, what) = ("agent:a".parse().unwrap(), "act.night".parse().unwrap());
                let terms = StandingTerms::new(who, what, obligations("one", 1, 1), 2, until)
                    .on_behalf_of("u:owner".parse().unwrap())
                    .argument("n", Bound::Anything);
                if let Ok(issued) = desk.issue_standing(&identity(2), terms, "every night").await {
                    self.seen.lock().unwrap().standing.push(issued);
                }
            }
            Act::Retire { pick, .. } => {
                let Some(one) = self.pick(pick, |seen| seen.standing.clone()) else { return };
                drop(desk.retire(&identity(0), one, "no more").await);
            }
            Act::Withdraw { pick, .. } => {
                let Some(card) = self.board.pick(pick) else { return };
                drop(gate.withdraw(card.id()).await);
            }
            Act::Recover { .. } => drop(gate.recover().await),
            Act::Reload { version, .. } => {
                let policy = crate::around::Versioned(version);
                if desk.replace_policy(&identity(0), policy, "it is new").await.is_ok() {
                    *self.hosts[n].version.lock().unwrap() = version;
                }
            }
            _around => {}
        }
    }

    /// The same ballot arrives at another gate a little later.
    fn deliver_again(self: &Arc<Self>, n: usize, person: usize, card: Card, approve: bool) {
        let Some(other) = self.gate(n) else { return };
        let (site, delay) = (Arc::clone(self), Duration::from_millis(self.below(60)));
        self.spawn(n, async move {
            sleep(delay).await;
            site.vote(&other.desk(), person, &card, approve).await;
        });
    }

    fn pick<T: Clone>(&self, pick: u64, of: impl Fn(&Seen) -> Vec<T>) -> Option<T> {
        let all = of(&self.seen.lock().unwrap());
        let n = usize::try_from(pick).unwrap().checked_rem(all.len())?;
        all.get(n).cloned()
    }

    async fn call(&self, gate: &Gate, deed: Deed, patience: u64) {
        let call = {
            let mut seen = self.seen.lock().unwrap();
            seen.calls += 1;
            seen.calls
        };
        let (lasts, fails) = (self.below(2500), self.below(10) == 0);
        let run = gate.run(Asked::new(deed), |permit, _asked| async move {
            let (request, fence, entries) = (permit.request(), permit.fence(), self.store.size());
            self.seen.lock().unwrap().begun.push(Begun { call, request, fence, entries });
            sleep(Duration::from_millis(lasts)).await;
            if fails { Err(Failure::Own) } else { Ok(()) }
        });
        if let Ok(result) = timeout(Duration::from_millis(patience), run).await {
            self.seen.lock().unwrap().told.push((call, deed, result));
        }
    }

    async fn vote(&self, desk: &Desk, person: usize, card: &Card, approve: bool) {
        let ballot = if approve { Ballot::approve(card) } else { Ballot::reject(card, "no") };
        let ballot = ballot.unwrap();
        let (identity, request, choice) = (identity(person), ballot.request, ballot.choice);
        let answer = desk.decide(&identity, ballot).await;
        let mut seen = self.seen.lock().unwrap();
        match answer {
            Ok(_phase) => seen.votes.push((identity, request, choice)),
            Err(DeskError::Refused(Refusal::Twice)) => seen.refused_twice += 1,
            Err(_other) => {}
        }
    }
}
