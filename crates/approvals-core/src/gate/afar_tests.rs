//! A gate and the people in front of it, for bodies that run elsewhere.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::*;

pub(super) const ORIGIN: &str = "example.org/test";

/// Follows tokio's clock, which tests pause.
#[derive(Debug)]
struct Tokio(tokio::time::Instant);

impl Clock for Tokio {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_767_225_600_000).after(self.0.elapsed())
    }
}

pub(super) struct World {
    pub(super) gate: Gate,
    pub(super) ledger: Arc<MemoryLedger>,
    pub(super) inbox: InMemoryApprover,
    /// What the policy says from now on.
    pub(super) verdict: Arc<Mutex<Option<Verdict>>>,
}

pub(super) fn key(seed: u8) -> LocalSigner {
    LocalSigner::from_seed(&[seed; 32]).unwrap()
}

pub(super) fn clock() -> impl Clock + 'static {
    Tokio(tokio::time::Instant::now())
}

pub(super) fn mira() -> ChannelIdentity {
    ChannelIdentity::new("memory", "mira").unwrap()
}

pub(super) fn agent(name: &str) -> Requester {
    let owner = Principal::human("u:owner").unwrap();
    Requester::new(Principal::agent(name).unwrap()).on_behalf_of(owner)
}

pub(super) async fn gate_on(
    ledger: Arc<MemoryLedger>,
    inbox: InMemoryApprover,
    verdict: &Arc<Mutex<Option<Verdict>>>,
) -> Gate {
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let verdict = Arc::clone(verdict);
    let policy = PolicyFn::new("p/1", move |facts| {
        let said = verdict.lock().unwrap().clone();
        match (said, facts.action().as_str()) {
            (Some(verdict), _) => verdict,
            (None, "free") => Verdict::Allow,
            (None, "never") => Verdict::Deny("never".into()),
            (None, _) => Verdict::Review(one.clone()),
        }
    });
    let mira_in_ops = Principal::human("u:mira").unwrap().member_of(["ops"]).unwrap();
    Gate::builder()
        .ledger(ledger)
        .policy(policy.unwrap())
        .directory(StaticDirectory::new().with(&mira_in_ops, [mira()]))
        .approver(inbox)
        .recorder_key(key(2))
        .grant_key(key(3))
        .clock(clock())
        .requester(agent("agent:a"))
        .build()
        .await
        .unwrap()
}

impl World {
    pub(super) async fn new() -> Self {
        let ledger = Arc::new(MemoryLedger::new(ORIGIN, key(1)).await.unwrap());
        let (inbox, verdict) = (InMemoryApprover::new(), Arc::default());
        let gate = gate_on(Arc::clone(&ledger), inbox.clone(), &verdict).await;
        Self { gate, ledger, inbox, verdict }
    }

    /// Mira approves what is asked next.
    pub(super) async fn approve(&self) {
        let card = self.inbox.next().await;
        self.inbox.decide(&mira(), Ballot::approve(&card).unwrap()).await.unwrap();
    }

    /// The same, whenever that is.
    pub(super) fn will_approve(&self) {
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let card = inbox.next().await;
            inbox.decide(&mira(), Ballot::approve(&card).unwrap()).await.unwrap();
        });
    }

    pub(super) async fn submit_approved(&self, action: &DynamicAction) -> RequestId {
        let request = self.gate.submit(action.clone()).await.unwrap().request;
        self.approve().await;
        request
    }

    /// Everything in the log, checked as a stranger would.
    pub(super) async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        for entry in self.ledger.entries(0, usize::MAX).await.unwrap() {
            trail.read(&entry).unwrap();
        }
        trail
    }

    /// Where the only request stands, once what is under way is done.
    pub(super) async fn phase(&self) -> Phase {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let trail = self.trail().await;
        let mut states = trail.states();
        let only = states.next().unwrap().1.phase().clone();
        assert!(states.next().is_none(), "more than one request");
        only
    }

    pub(super) async fn starts(&self) -> usize {
        let entries = self.ledger.entries(0, usize::MAX).await.unwrap();
        let is_start = |entry: &&Entry| {
            matches!(Event::parse(&entry.bytes).unwrap().what, What::Started { .. })
        };
        entries.iter().filter(is_start).count()
    }
}

pub(super) fn call(name: &str) -> DynamicAction {
    DynamicAction::from_json(name, br#"{"version": 7}"#).unwrap()
}

pub(super) fn name(text: &str) -> IdempotencyKey {
    text.parse().unwrap()
}

pub(super) fn executed(execution: Execution) -> Phase {
    Phase::Ended(Outcome::Executed(execution))
}

pub(super) fn closed(cause: Cause) -> Phase {
    Phase::Ended(Outcome::Closed(cause))
}
