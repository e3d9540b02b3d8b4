//! A gate, a directory that can change, and people who answer when a test says so.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals::*;
use approvals_cedar::CedarPolicy;
use approvals_testkit::ManualClock;
pub(crate) use approvals_testkit::Ran;
use async_trait::async_trait;

pub(crate) const ORIGIN: &str = "example.org/shop/test";
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The people of a test: `u:NAME` answers as `chat:NAME` and `web:NAME`. Whoever is not in it is unknown.
#[derive(Clone, Debug, Default)]
pub(crate) struct People(Arc<Mutex<BTreeMap<String, Principal>>>);

impl People {
    pub(crate) fn set(&self, name: &str, principal: Principal) {
        self.0.lock().unwrap().insert(name.to_owned(), principal);
    }

    /// A human of these groups.
    pub(crate) fn human(&self, name: &str, groups: &[&str]) {
        let human = Principal::human(&format!("u:{name}")).unwrap();
        self.set(name, human.member_of(groups.iter().copied()).unwrap());
    }

    pub(crate) fn remove(&self, name: &str) {
        self.0.lock().unwrap().remove(name);
    }
}

#[async_trait]
impl Directory for People {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        Ok(self.0.lock().unwrap().get(identity.subject()).cloned())
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        Ok(self.0.lock().unwrap().values().filter(|one| one.is_in(group)).cloned().collect())
    }
}

/// A channel that shows cards and says nothing, and remembers what it was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wall {
    pub(crate) cards: Arc<Mutex<Vec<Card>>>,
    pub(crate) nudges: Arc<Mutex<Vec<Nudge>>>,
    pub(crate) updates: Arc<Mutex<Vec<Phase>>>,
}

#[async_trait]
impl Approver for Wall {
    fn channel(&self) -> &'static str {
        "chat"
    }

    async fn present(&self, card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        self.cards.lock().unwrap().push(card.clone());
        Ok(Presented::new())
    }

    async fn nudge(&self, _card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        self.nudges.lock().unwrap().push(nudge.clone());
        Ok(())
    }

    async fn update(&self, _card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        self.updates.lock().unwrap().push(phase.clone());
        Ok(())
    }
}

/// A channel that cannot do what it is told for a while, and remembers what it could.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    name: &'static str,
    /// Which of its tries to show a card or to be told of something fail, and whether it says that there is to be another.
    fails: (Range<usize>, bool),
    tries: Arc<Mutex<usize>>,
    shown: Arc<Mutex<usize>>,
    nudges: Arc<Mutex<Vec<Nudge>>>,
    told: Arc<Mutex<Vec<Phase>>>,
}

impl Screen {
    pub(crate) fn new(name: &'static str) -> Self {
        Self::away(name, 0..0)
    }

    /// For good.
    pub(crate) fn broken(name: &'static str) -> Self {
        Self { fails: (0..usize::MAX, false), ..Self::new(name) }
    }

    /// In these of its tries, counted from 0, each time for 30 seconds.
    pub(crate) fn away(name: &'static str, during: Range<usize>) -> Self {
        let (tries, shown) = (Arc::default(), Arc::default());
        let (nudges, told) = (Arc::default(), Arc::default());
        Self { name, fails: (during, true), tries, shown, nudges, told }
    }

    pub(crate) fn shown(&self) -> usize {
        *self.shown.lock().unwrap()
    }

    pub(crate) fn nudges(&self) -> Vec<Nudge> {
        self.nudges.lock().unwrap().clone()
    }

    pub(crate) fn told(&self) -> Vec<Phase> {
        self.told.lock().unwrap().clone()
    }

    fn answer(&self) -> Result<(), ApproverError> {
        let mut tries = self.tries.lock().unwrap();
        let (fails, again) = &self.fails;
        let is_away = fails.contains(&*tries);
        *tries += 1;
        match (is_away, again) {
            (false, _) => Ok(()),
            (true, true) => Err(ApproverError::later(SECOND * 30, "503")),
            (true, false) => Err(ApproverError::new("404")),
        }
    }
}

#[async_trait]
impl Approver for Screen {
    fn channel(&self) -> &'static str {
        self.name
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        self.answer()?;
        *self.shown.lock().unwrap() += 1;
        Ok(Presented::new())
    }

    async fn nudge(&self, _card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        self.nudges.lock().unwrap().push(nudge.clone());
        Ok(())
    }

    async fn update(&self, _card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        self.answer()?;
        self.told.lock().unwrap().push(phase.clone());
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) gate: Gate,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) people: People,
    pub(crate) wall: Wall,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ran: Ran,
}

/// The agent of `u:boss`.
pub(crate) fn agent() -> Requester {
    Requester::new(Principal::agent("agent:a").unwrap())
        .on_behalf_of(Principal::human("u:boss").unwrap())
}

pub(crate) fn deploy() -> DynamicAction {
    DynamicAction::from_json("app.deploy", br#"{"version": 7}"#).unwrap()
}

/// So many of `group`.
pub(crate) fn ask(count: u32, group: &str) -> Obligation {
    Obligation::new(&format!("{count}-{group}")).unwrap().seats(group, count).unwrap()
}

/// Lets gates look at their policy files, which happens on other threads, in real time.
pub(crate) async fn look() {
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(3)).await;
        std::thread::sleep(Duration::from_millis(30));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A folder of one test's own.
pub(crate) fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("cases-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The obligation `one` of many policies here.
pub(crate) fn one_of_ops() -> Obligations {
    Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()])
}

pub(crate) fn asks(obligations: impl IntoIterator<Item = Obligation>) -> impl Policy {
    let obligations = Obligations::new(obligations);
    PolicyFn::new("asks/1", move |_| Verdict::Review(obligations.clone())).unwrap()
}

/// One of the policies to start from.
pub(crate) fn policy_text(name: &str) -> String {
    std::fs::read_to_string(format!("{}/policies/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The same policy on both engines.
pub(crate) fn engines(name: &str) -> [Arc<dyn Policy>; 2] {
    let toml = policy_text(name);
    let words = toml.split("[[rule]]").next().unwrap();
    let file = format!("{}/policies/{name}.cedar", env!("CARGO_MANIFEST_DIR"));
    let cedar = std::fs::read_to_string(file).unwrap();
    [Arc::new(toml.parse::<Rules>().unwrap()), Arc::new(CedarPolicy::new(words, &cedar).unwrap())]
}

pub(crate) fn identity(channel: &str, name: &str) -> ChannelIdentity {
    ChannelIdentity::new(channel, name).unwrap()
}

/// Lets other tasks get on with what they can do now.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// A gate without policy, people or approver.
pub(crate) fn bare(ledger: Arc<MemoryLedger>) -> GateBuilder {
    Gate::builder()
        .ledger(ledger)
        .recorder_key(LocalSigner::from_seed(&[2; 32]).unwrap())
        .grant_key(LocalSigner::from_seed(&[3; 32]).unwrap())
        .requester(agent())
}

/// A process with just these channels, for `ann` and `bob` of `ops`.
pub(crate) async fn process(
    ledger: Arc<MemoryLedger>,
    one: &Obligation,
    channels: &[&(impl Approver + Clone + 'static)],
) -> World {
    let (people, clock) = (People::default(), Arc::new(ManualClock::default()));
    for name in ["ann", "bob"] {
        people.human(name, &["ops"]);
    }
    let gate = bare(Arc::clone(&ledger)).directory(people.clone()).clock(Arc::clone(&clock));
    let gate = gate.policy(asks([one.clone()]));
    let gate = channels.iter().fold(gate, |gate, one| gate.approver((*one).clone()));
    let gate = gate.build().await.unwrap();
    World { gate, ledger, people, wall: Wall::default(), clock, ran: Ran::default() }
}

pub(crate) async fn memory() -> Arc<MemoryLedger> {
    Arc::new(MemoryLedger::new(ORIGIN, LocalSigner::from_seed(&[1; 32]).unwrap()).await.unwrap())
}

impl World {
    pub(crate) async fn new(policy: impl Policy + 'static) -> Self {
        Self::with(|gate| gate.policy(policy)).await
    }

    /// Three people of `ops`: ann, bob and cyd.
    pub(crate) async fn with(more: impl FnOnce(GateBuilder) -> GateBuilder) -> Self {
        let people = People::default();
        for name in ["ann", "bob", "cyd"] {
            people.human(name, &["ops"]);
        }
        Self::on(memory().await, people, more).await
    }

    pub(crate) async fn on(
        ledger: Arc<MemoryLedger>,
        people: People,
        more: impl FnOnce(GateBuilder) -> GateBuilder,
    ) -> Self {
        let (wall, clock) = (Wall::default(), Arc::new(ManualClock::default()));
        let gate = more(
            bare(Arc::clone(&ledger))
                .directory(people.clone())
                .approver(wall.clone())
                .clock(Arc::clone(&clock)),
        );
        let gate = gate.build().await.unwrap();
        Self { gate, ledger, people, wall, clock, ran: Ran::default() }
    }

    /// Asks for the action by the key `k`, and lets the card appear.
    pub(crate) async fn submit(&self, action: DynamicAction) -> RequestId {
        let ticket = self.gate.submit(action.key("k").unwrap()).await.unwrap();
        settle().await;
        ticket.request
    }

    pub(crate) async fn run(&self, action: impl Action) -> Result<(), Denied> {
        self.gate
            .run(action, async |_permit, _action| {
                self.ran.now();
                Ok(())
            })
            .await
    }

    /// Runs what was [submitted](Self::submit).
    pub(crate) async fn pick_up(&self, action: DynamicAction) -> Result<(), Denied> {
        self.run(action.key("k").unwrap()).await
    }

    /// Runs it in the background, and lets its card appear.
    pub(crate) async fn start(
        &self,
        action: DynamicAction,
    ) -> tokio::task::JoinHandle<Result<(), Denied>> {
        let world = self.clone();
        let running = tokio::spawn(async move { world.run(action).await });
        settle().await;
        running
    }

    /// The card that was shown last.
    pub(crate) fn card(&self) -> Card {
        self.wall.cards.lock().unwrap().last().unwrap().clone()
    }

    pub(crate) async fn approve(&self, name: &str) -> Result<Phase, Refusal> {
        self.vote(&identity("chat", name), Ballot::approve(&self.card()).unwrap()).await
    }

    pub(crate) async fn reject(&self, name: &str) -> Result<Phase, Refusal> {
        self.vote(&identity("chat", name), Ballot::reject(&self.card(), "no").unwrap()).await
    }

    pub(crate) async fn vote(
        &self,
        identity: &ChannelIdentity,
        ballot: Ballot,
    ) -> Result<Phase, Refusal> {
        match self.gate.desk().decide(identity, ballot).await {
            Ok(phase) => Ok(phase),
            Err(DeskError::Refused(refusal)) => Err(refusal),
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Everything that the ledger has, checked as a stranger would.
    pub(crate) async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        for entry in self.ledger.entries(0, usize::MAX).await.unwrap() {
            trail.read(&entry).unwrap();
        }
        trail
    }

    pub(crate) async fn state(&self, request: RequestId) -> State {
        let trail = self.trail().await;
        trail.states().find(|(id, _)| *id == request).unwrap().1.clone()
    }

    /// The outcome of the only request.
    pub(crate) async fn outcome(&self) -> Option<Outcome> {
        let trail = self.trail().await;
        let mut states = trail.states();
        let only = states.next().unwrap().1.outcome().cloned();
        assert!(states.next().is_none(), "more than one request");
        only
    }
}
