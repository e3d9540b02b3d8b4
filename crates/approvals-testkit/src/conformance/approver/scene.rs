//! Requests that wait for two people, one of whom is before the channel.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use approvals_core::{
    ApproverError, Card, ChannelIdentity, Decision, Desk, Directory, DirectoryError, DynamicAction,
    Gate, Group, Keyring, Ledger as _, Limits, MemoryLedger, Obligation, Obligations, Outcome,
    PolicyFn, Presented, Principal, Requester, State, StaticDirectory, Trail, Verdict,
};
use async_trait::async_trait;

use super::Reviewing;
use crate::mock::MockApprover;

/// A gate whose own channel says nothing, so that whatever is decided comes from the one that is tested.
#[derive(Debug)]
pub(super) struct Scene {
    gate: Gate,
    ledger: Arc<MemoryLedger>,
    people: People,
}

/// Whoever is before the channel, and somebody else.
#[derive(Clone, Debug)]
struct People {
    known: StaticDirectory,
    here: ChannelIdentity,
    asked: Arc<AtomicU32>,
}

#[async_trait]
impl Directory for People {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        if *identity == self.here {
            self.asked.fetch_add(1, Ordering::SeqCst);
        }
        self.known.resolve(identity).await
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        self.known.members(group).await
    }
}

impl Scene {
    pub(super) async fn new(reviewing: &impl Reviewing) -> Self {
        let keys = Keyring::generate().expect("there is randomness");
        let ledger = MemoryLedger::new(ORIGIN, keys.log).await.expect("memory can be written");
        let (ledger, here) = (Arc::new(ledger), reviewing.identity());
        let human = |id| Principal::human(id).and_then(|human| human.member_of([REVIEWERS]));
        let elsewhere = ChannelIdentity::new("elsewhere", "somebody").expect("these are names");
        let known = StaticDirectory::new()
            .with(&human("u:here").expect("these are names"), [here.clone()])
            .with(&human("u:elsewhere").expect("these are names"), [elsewhere]);
        let people = People { known, here, asked: Arc::default() };
        let two = Obligation::new("two").and_then(|two| two.seats(REVIEWERS, 2));
        let two = Obligations::new([two.expect("these are names")]);
        let policy = PolicyFn::new("two/1", move |_| Verdict::Review(two.clone()));
        let agent = Principal::agent("agent:conformance").expect("this is a name");
        let gate = Gate::builder()
            .policy(policy.expect("this is a name"))
            .ledger(Arc::clone(&ledger))
            .directory(people.clone())
            .approver(MockApprover::script([]))
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .limits(Limits::default().cool_down(Duration::ZERO))
            .requester(Requester::new(agent));
        let gate = gate.build().await.expect("the gate is complete");
        reviewing.approver().open(&gate.desk()).await.expect("the channel can be opened");
        Self { gate, ledger, people }
    }

    /// The card of a new request for this.
    pub(super) async fn card(&self, action: DynamicAction) -> Card {
        let key = format!(
            "card-{}",
            self.ledger.head().await.expect("there is a head").checkpoint.size()
        );
        let action = action.key(&key).expect("this is a key");
        let request = self.gate.submit(action).await.expect("it can be asked for").request;
        // The gate's own channel has been told: from here on nothing but answers is written about it.
        for _ in 0..TRIES {
            if self.trail().await.events(request).len() > 1 {
                break;
            }
            moment().await;
        }
        self.gate.desk().card(request).await.expect("memory can be read").expect("it was asked for")
    }

    /// An ordinary card.
    pub(super) async fn ordinary(&self, n: u64) -> Card {
        let arguments = format!(r#"{{"rows": {n}, "to": "bucket-{n}"}}"#);
        let action = DynamicAction::from_json("s3.export", arguments.as_bytes());
        self.card(action.expect("this is an action")).await
    }

    /// Puts it before people.
    pub(super) async fn present(&self, reviewing: &impl Reviewing, card: &Card) {
        self.try_present(reviewing, card).await.expect("an ordinary card can be presented");
    }

    pub(super) async fn try_present(
        &self,
        reviewing: &impl Reviewing,
        card: &Card,
    ) -> Result<Presented, ApproverError> {
        let (approver, desk) = (reviewing.approver(), self.desk());
        let presenting = tokio::time::timeout(PATIENCE, approver.present(card, &desk));
        presenting.await.expect("presenting returns before anybody has decided")
    }

    pub(super) async fn present_batch(
        &self,
        reviewing: &impl Reviewing,
        cards: &[Card],
    ) -> Vec<Result<Presented, ApproverError>> {
        let (approver, desk) = (reviewing.approver(), self.desk());
        let presenting = tokio::time::timeout(PATIENCE, approver.present_batch(cards, &desk));
        presenting.await.expect("presenting returns before anybody has decided")
    }

    pub(super) fn desk(&self) -> Desk {
        self.gate.desk()
    }

    /// Ends it without anybody's decision.
    pub(super) async fn withdraw(&self, card: &Card) {
        self.gate.withdraw(card.id()).await.expect("it has not started");
    }

    /// How often a decision of whoever is before the channel has been looked at.
    pub(super) fn answers(&self) -> u32 {
        self.people.asked.load(Ordering::SeqCst)
    }

    async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        for entry in self.ledger.entries(0, usize::MAX).await.expect("memory can be read") {
            trail.read(&entry).expect("the log holds");
        }
        trail
    }

    async fn state(&self, card: &Card) -> State {
        let trail = self.trail().await;
        let mut states = trail.states();
        states.find(|(id, _)| *id == card.id()).expect("it was asked for").1.clone()
    }

    /// Why somebody has rejected a card, also if they said so afterwards.
    pub(super) async fn why(&self, card: &Card, rejection: &Decision) -> Option<String> {
        for _ in 0..TRIES {
            let state = self.state(card).await;
            let why = rejection.reason.as_deref().or(state.explanation(rejection));
            if why.is_some() {
                return why.map(ToOwned::to_owned);
            }
            moment().await;
        }
        None
    }

    pub(super) async fn outcome(&self, card: &Card) -> Option<Outcome> {
        self.state(card).await.outcome().cloned()
    }

    /// What was decided about a card so far.
    pub(super) async fn decisions(&self, card: &Card) -> Vec<Decision> {
        self.state(card).await.decisions().to_vec()
    }

    /// The only decision about a card, which may take a while to arrive.
    pub(super) async fn decision(&self, card: &Card) -> Decision {
        for _ in 0..TRIES {
            if !self.decisions(card).await.is_empty() {
                break;
            }
            moment().await;
        }
        self.quiet().await;
        let mut decisions = self.decisions(card).await;
        let only = decisions.pop().expect("an answer reaches the desk");
        assert_eq!(decisions, [], "one answer is one decision");
        assert_eq!(only.card, card.digest().expect("it has a digest"), "it is about this card");
        only
    }

    /// Time enough for what should not happen.
    pub(super) async fn quiet(&self) {
        for _ in 0..20 {
            moment().await;
        }
    }
}

async fn moment() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

const ORIGIN: &str = "example.org/conformance";
const REVIEWERS: &str = "reviewers";

/// How long presenting may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// For how many moments an answer is waited for.
const TRIES: u32 = 1_000;
