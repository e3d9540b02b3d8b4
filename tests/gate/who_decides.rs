//! Rules 5, 6 and 7: who may decide, and how people are counted.

use std::sync::{Arc, Mutex};

use approvals::*;
use approvals_testkit::MockApprover;
use async_trait::async_trait;

use crate::support::*;

/// A directory that tests change while it is in use.
#[derive(Clone, Debug, Default)]
struct Changing(Arc<Mutex<StaticDirectory>>);

impl Changing {
    fn set(&self, people: &[(Principal, &[&str])]) {
        let add = |directory: StaticDirectory, (principal, ids): &(Principal, &[&str])| {
            directory.with(principal, ids.iter().map(|id| identity(id)))
        };
        *self.0.lock().unwrap() = people.iter().fold(StaticDirectory::new(), add);
    }
}

#[async_trait]
impl Directory for Changing {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        let now = self.0.lock().unwrap().clone();
        now.resolve(identity).await
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        let now = self.0.lock().unwrap().clone();
        now.members(group).await
    }
}

fn identity(id: &str) -> ChannelIdentity {
    ChannelIdentity::new("chat", id).unwrap()
}

fn human(id: &str, groups: &[&str]) -> Principal {
    Principal::human(id).unwrap().member_of(groups.iter().copied()).unwrap()
}

struct Scene {
    gate: Gate,
    inbox: InMemoryApprover,
    directory: Changing,
    ledger: Arc<MemoryLedger>,
    request: RequestId,
}

impl Scene {
    async fn new(obligations: Obligations, people: &[(Principal, &[&str])]) -> Self {
        Self::with_keys(obligations, people, [2, 3]).await
    }

    async fn with_keys(
        obligations: Obligations,
        people: &[(Principal, &[&str])],
        [recorder, grant]: [u8; 2],
    ) -> Self {
        let (inbox, directory, ledger) =
            (InMemoryApprover::new(), Changing::default(), ledger().await);
        directory.set(people);
        let policy = PolicyFn::new("ask/1", move |_| Verdict::Review(obligations.clone())).unwrap();
        let gate = builder(Arc::clone(&ledger))
            .directory(directory.clone())
            .recorder_key(LocalSigner::from_seed(&[recorder; 32]).unwrap())
            .grant_key(LocalSigner::from_seed(&[grant; 32]).unwrap())
            .policy(policy)
            .approver(inbox.clone());
        let gate = gate.build().await.unwrap();
        let Ticket { request, phase, .. } = gate.submit(Self::action()).await.unwrap();
        assert_eq!(phase, Phase::Pending);
        settle().await;
        Self { gate, inbox, directory, ledger, request }
    }

    fn action() -> DynamicAction {
        deploy().key("k").unwrap()
    }

    async fn approve(&self, id: &str) -> Result<Phase, String> {
        let card = self.gate.desk().card(self.request).await.unwrap().unwrap();
        let ballot = Ballot::approve(&card).unwrap();
        self.gate.desk().decide(&identity(id), ballot).await.map_err(|error| error.to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn neither_the_requester_nor_its_owner_nor_any_machine_decides() {
    let agent_itself = Principal::agent("agent:a").unwrap().member_of(["ops"]).unwrap();
    let other_agent = Principal::agent("agent:b").unwrap().member_of(["ops"]).unwrap();
    let service = Principal::service("ci").unwrap().member_of(["ops"]).unwrap();
    let people = [
        (agent_itself, &["agent"][..]),
        (other_agent, &["agent-b"]),
        (service, &["ci"]),
        (human("u:owner", &["ops"]), &["owner", "owner-second-account"]),
        (human("u:outsider", &["sales"]), &["outsider"]),
        (human("u:mira", &["ops"]), &["mira"]),
    ];
    let scene = Scene::new(ask("ops", 1), &people).await;
    for (id, expected) in [
        ("agent", "the requester never decides about its own request"),
        ("agent-b", "only people approve"),
        ("ci", "only people approve"),
        ("owner", "the request is made on your behalf, and its rule does not let you decide"),
        (
            "owner-second-account",
            "the request is made on your behalf, and its rule does not let you decide",
        ),
        ("outsider", "you are in none of the groups that may decide this"),
        ("stranger", "`chat:stranger` is not known to the directory, so there is no vote"),
    ] {
        assert_eq!(scene.approve(id).await.unwrap_err(), expected);
    }
    assert_eq!(scene.approve("mira").await.unwrap(), Phase::Granted);
}

#[tokio::test(start_paused = true)]
async fn the_owner_decides_only_where_the_rule_says_so_and_then_the_card_says_so() {
    let rule = Obligation::new("own").unwrap().seats("ops", 1).unwrap().owner_may_approve();
    let scene =
        Scene::new(Obligations::new([rule]), &[(human("u:owner", &["ops"]), &["owner"])]).await;
    let card = scene.inbox.waiting().remove(0).to_string();
    assert!(card.contains("who the requester acts for may approve this"), "{card}");
    assert_eq!(scene.approve("owner").await.unwrap(), Phase::Granted);
}

#[tokio::test(start_paused = true)]
async fn one_human_counts_once_however_many_accounts_and_clicks() {
    let people = [
        (human("u:mira", &["ops"]), &["slack", "web"][..]),
        (human("u:noor", &["ops"]), &["noor"]),
    ];
    let scene = Scene::new(ask("ops", 2), &people).await;
    let desk = scene.gate.desk();
    let ballot = Ballot::approve(&scene.inbox.waiting()[0]).unwrap();
    let mut votes = tokio::task::JoinSet::new();
    for n in 0..64 {
        let (desk, ballot) = (desk.clone(), ballot.clone());
        let account = identity(if n % 2 == 0 { "slack" } else { "web" });
        votes.spawn(async move { desk.decide(&account, ballot).await });
    }
    let taken = votes.join_all().await.into_iter().flatten().count();
    assert_eq!(taken, 1);
    assert_eq!(scene.approve("web").await.unwrap_err(), "you have decided about this already");
    assert_eq!(scene.approve("noor").await.unwrap(), Phase::Granted);
}

#[tokio::test(start_paused = true)]
async fn one_human_in_two_groups_fills_one_seat() {
    let both = Obligation::new("both").unwrap().seats("dba", 1).unwrap().seats("owner", 1).unwrap();
    let people = [(human("u:a", &["dba", "owner"]), &["a"][..]), (human("u:b", &["dba"]), &["b"])];
    let scene = Scene::new(Obligations::new([both]), &people).await;
    assert_eq!(scene.approve("a").await.unwrap(), Phase::Pending);
    assert_eq!(scene.approve("b").await.unwrap(), Phase::Granted);
}

#[tokio::test(start_paused = true)]
async fn an_approver_who_has_lost_the_group_does_not_count_when_the_grant_is_used() {
    let scene = Scene::new(ask("ops", 1), &[(human("u:mira", &["ops"]), &["mira"])]).await;
    scene.approve("mira").await.unwrap();
    for left in [&[(human("u:mira", &["sales"]), &["mira"][..])][..], &[]] {
        scene.directory.set(left);
        let ran = Ran::default();
        let denied = run(&scene.gate, Scene::action(), &ran).await.unwrap_err();
        assert_eq!(
            denied,
            Denied::Revoked { reason: "the people who approved it may no longer do so".into() }
        );
        assert_eq!(ran.count(), 0);
    }
    assert!(matches!(outcome(&scene.ledger).await, Some(Outcome::Closed(Cause::Revoked { .. }))));
}

#[tokio::test(start_paused = true)]
async fn who_picks_a_request_up_under_more_names_has_not_approved_it_under_one_of_them() {
    let scene = Scene::new(ask("ops", 1), &[(human("u:mira", &["ops"]), &["mira"])]).await;
    scene.approve("mira").await.unwrap();
    let owner = Principal::human("u:owner").unwrap().also_known_as(["u:mira"]).unwrap();
    let known_by_now = Requester::new(Principal::agent("agent:a").unwrap()).on_behalf_of(owner);
    let ran = Ran::default();
    let picked_up = scene.gate.scope(known_by_now, run(&scene.gate, Scene::action(), &ran)).await;
    assert!(picked_up.is_err());
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_now_belongs_to_somebody_else_does_not_count_either() {
    let scene = Scene::new(ask("ops", 1), &[(human("u:mira", &["ops"]), &["mira"])]).await;
    scene.approve("mira").await.unwrap();
    scene.directory.set(&[(human("u:other", &["ops"]), &["mira"])]);
    let ran = Ran::default();
    assert!(matches!(run(&scene.gate, Scene::action(), &ran).await, Err(Denied::Revoked { .. })));
    assert_eq!(ran.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_decision_is_signed_and_one_changed_byte_is_found() {
    let scene = Scene::new(ask("ops", 1), &[(human("u:mira", &["ops"]), &["mira"])]).await;
    scene.approve("mira").await.unwrap();
    let entries = scene.ledger.entries(0, 100).await.unwrap();
    let recorder = LocalSigner::from_seed(&[2; 32]).unwrap().public_key();
    let decided = entries
        .iter()
        .position(|entry| entry.bytes.windows(9).any(|it| it == b"\"decided\""))
        .unwrap();
    let Event { what: What::Decided { envelope }, .. } =
        Event::parse(&entries[decided].bytes).unwrap()
    else {
        panic!()
    };
    let decision = envelope.verify(&recorder).unwrap();
    assert_eq!(
        (decision.choice, decision.assurance),
        (Choice::Approve, Assurance::ChannelAttested)
    );
    assert!(decision.seen.size >= 4, "the head that it was made on");

    for (n, byte) in entries[decided].bytes.iter().enumerate() {
        let mut changed = entries.clone();
        changed[decided].bytes[n] = byte ^ 1;
        let mut trail = Trail::new(ORIGIN);
        let found = changed.iter().position(|entry| trail.read(entry).is_err());
        // Its own time is not signed; the tree covers that.
        let at =
            std::str::from_utf8(&entries[decided].bytes).unwrap().find(",\"request\"").unwrap();
        assert!(found.is_some() || n < at, "byte {n} of the decision can be changed");
    }
    assert_eq!(MockApprover::identity().unwrap().channel(), "mock");
}

/// Events in perfect form, signed by other keys, put into the store by somebody who can write it.
#[tokio::test(start_paused = true)]
async fn what_no_key_of_the_log_has_signed_approves_nothing() {
    let people = [(human("u:mira", &["ops"]), &["mira"][..])];
    let scene = Scene::new(ask("ops", 1), &people).await;
    let forger = Scene::with_keys(ask("ops", 1), &people, [8, 9]).await;
    forger.approve("mira").await.unwrap();
    let events = forger.ledger.history(Some(forger.request)).await.unwrap();
    let is_decision = |entry: &Entry| entry.bytes.windows(9).any(|it| it == b"\"decided\"");
    let decided = events.iter().position(is_decision).unwrap();
    let entry = |entry: &Entry| NewEntry { bytes: entry.bytes.clone(), attachments: vec![] };
    let entries = events[decided..][..2].iter().map(entry).collect();
    let expected = scene.ledger.history(Some(scene.request)).await.unwrap().len() as u64;
    let append = Append { request: Some(scene.request), expected, log_expected: None, entries };
    scene.ledger.append(append).await.unwrap();

    let ran = Ran::default();
    let denied = run(&scene.gate, Scene::action(), &ran).await;
    assert_eq!(denied, Err(Denied::Unavailable { what: "the ledger" }));
    assert_eq!(ran.count(), 0);
    // Under the forger's own keys it runs: nothing but the signatures was wrong with it.
    run(&forger.gate, Scene::action(), &ran).await.unwrap();
}
