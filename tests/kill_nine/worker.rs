//! The process that is killed: many calls at once, through a gate on the shared ledger.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use approvals::{
    Denied, Facts, Gate, Limits, Obligation, Obligations, Policy, PolicyFn, Principal, Requester,
    SqliteLedger, Verdict,
};
use tokio::task::JoinSet;

use crate::journal::{self, Journal, Mark};
use crate::key::{ASKED_BEFORE, Fate, Key};
use crate::reviewer::{Reviewer, directory};
use crate::site::{ORIGIN, Site};
use crate::watched::{Bug, Watched};

pub(crate) const FOLDER: &str = "APPROVALS_KILL_FOLDER";
pub(crate) const TASK: &str = "APPROVALS_KILL_TASK";

/// How many calls are made at once.
const AT_ONCE: u32 = 6;

/// How long the last processes of a round may take. They take a second; nothing else is measured.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a process is to do.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) site: Site,
    /// The number of the process.
    pub(crate) who: u32,
    /// Which calls to make, without end; or, if there is none, those that were ever made, once more.
    pub(crate) generation: Option<u32>,
    pub(crate) bug: Option<Bug>,
}

impl Task {
    pub(crate) fn from_environment() -> Option<Self> {
        let site = Site::at(std::env::var_os(FOLDER)?);
        let task = std::env::var(TASK).ok()?;
        let [who, generation, bug] = task.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{task:?}")
        };
        let (who, generation) = (who.parse().unwrap(), generation.parse().ok());
        Some(Self { site, who, generation, bug: Bug::named(bug) })
    }

    /// For the environment.
    pub(crate) fn to_text(&self) -> String {
        let generation = self.generation.map_or("all".to_owned(), |number| number.to_string());
        let bug = self.bug.map_or("none".to_owned(), |bug| format!("{bug:?}"));
        format!("{} {generation} {bug}", self.who)
    }
}

/// Works until it is killed, or until there is nothing left to do.
pub(crate) async fn work(task: Task) {
    let caller = Arc::new(Caller::new(&task).await);
    let mut callers = JoinSet::new();
    let Some(generation) = task.generation else {
        let made = journal::read(&task.site.journal()).into_iter().filter_map(|line| line.key);
        let made: Vec<Key> = made.collect::<BTreeSet<_>>().into_iter().collect();
        let next = AtomicU32::new(0);
        run_all(&mut callers, &caller, move || {
            made.get(next.fetch_add(1, Ordering::Relaxed) as usize).cloned()
        });
        let done = tokio::time::timeout(PATIENCE, finish(callers)).await;
        return done.expect("a call hangs that nobody answers");
    };
    end_with_parent();
    let next = AtomicU32::new(0);
    run_all(&mut callers, &caller, move || {
        Some(Key::new(generation, next.fetch_add(1, Ordering::Relaxed)))
    });
    callers.spawn(async move {
        for number in 0..ASKED_BEFORE {
            caller.submit(&Key::new(generation + 1, number)).await;
        }
    });
    finish(callers).await;
}

/// A process without end must not stay when the test is interrupted that should have killed it: then its
/// standard input ends.
fn end_with_parent() {
    std::thread::spawn(|| {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        std::process::exit(1);
    });
}

/// Several callers, who take the next key that there is until there is none.
fn run_all(
    callers: &mut JoinSet<()>,
    caller: &Arc<Caller>,
    next: impl Fn() -> Option<Key> + Send + Sync + 'static,
) {
    let next = Arc::new(next);
    for _ in 0..AT_ONCE {
        let (caller, next) = (Arc::clone(caller), Arc::clone(&next));
        callers.spawn(async move {
            while let Some(key) = next() {
                caller.run(&key).await;
            }
        });
    }
}

async fn finish(mut callers: JoinSet<()>) {
    while let Some(done) = callers.join_next().await {
        done.unwrap();
    }
}

/// Makes calls, and writes down what comes of them.
#[derive(Debug)]
struct Caller {
    journal: Arc<Journal>,
    gate: Gate,
}

impl Caller {
    async fn new(task: &Task) -> Self {
        let journal = Arc::new(Journal::append_to(&task.site.journal(), task.who));
        journal.note(Mark::Began);
        let keys = task.site.keys();
        let ledger = SqliteLedger::open(task.site.ledger(), ORIGIN, Arc::new(keys.log)).await;
        let ledger = Arc::new(ledger.unwrap());
        let agent = Requester::new(Principal::agent("agent:a").unwrap());
        let gate = Gate::builder()
            .ledger(Watched { bug: task.bug, inner: ledger })
            .policy(policy())
            .directory(directory())
            .approver(Reviewer(Arc::clone(&journal)))
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .limits(Limits::default().pending(usize::MAX).per_hour(usize::MAX))
            .requester(agent);
        let gate = gate.build().await.unwrap();
        journal.note(Mark::Opened);
        Self { journal, gate }
    }

    async fn run(&self, key: &Key) {
        // Every other call is asked for first; the rest ask as they run.
        if key.number().is_multiple_of(2) {
            self.submit(key).await;
        }
        self.journal.note_of(Mark::Runs, key);
        let body = async |_permit, _action| {
            self.journal.note_of(Mark::Ran, key);
            tokio::time::sleep(Duration::from_millis(u64::from(key.number() % 3))).await;
            self.journal.note_of(Mark::Left, key);
            Ok::<(), Denied>(())
        };
        match self.gate.run(key.action(), body).await {
            Ok(()) => self.journal.note_of(Mark::Acked, key),
            Err(denied) => self.denied(key, &denied),
        }
    }

    async fn submit(&self, key: &Key) {
        self.journal.note_of(Mark::Asks, key);
        match self.gate.submit(key.action()).await {
            Ok(_) => self.journal.note_of(Mark::Submitted, key),
            Err(denied) => self.denied(key, &denied),
        }
    }

    /// A call that did not run: whether that is one of the ways in which it should not.
    fn denied(&self, key: &Key, denied: &Denied) {
        let is_expected = match key.fate() {
            Fate::Approve | Fate::Allow => {
                matches!(denied, Denied::AlreadyRan { .. } | Denied::InDoubt { .. })
            }
            Fate::Reject => matches!(denied, Denied::Rejected { .. }),
            Fate::Deny => matches!(denied, Denied::ByPolicy { .. }),
        };
        if !is_expected {
            eprintln!("{key}: {denied:?}");
        }
        self.journal.note_of(if is_expected { Mark::Denied } else { Mark::Failed }, key);
    }
}

fn policy() -> impl Policy {
    let one = Obligation::new("one").unwrap().seats("ops", 1).unwrap();
    let verdict = move |facts: &Facts<'_>| {
        let name = facts.action().as_str();
        match Fate::of(name.strip_prefix("test.").unwrap()) {
            Fate::Approve | Fate::Reject => Verdict::Review(Obligations::new([one.clone()])),
            Fate::Allow => Verdict::Allow,
            Fate::Deny => Verdict::Deny("never".into()),
        }
    };
    PolicyFn::new("by-name/1", verdict).unwrap()
}
