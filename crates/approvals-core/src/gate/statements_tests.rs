//! What is not open to a statement says which of all reasons it is.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::policy::facts::Facts;
use crate::policy::policy::{BreakGlass, Policy, PolicyError, Ruling};
use crate::{
    Ballot, Denied, DynamicAction, Gate, InMemoryApprover, Ledger as _, LocalSigner, MemoryLedger,
    Obligation, Obligations, StandingTerms, StaticDirectory,
};

/// Asks one of ops; in an emergency, one of security looks at it afterwards.
#[derive(Debug)]
struct Law;

fn one_of_ops() -> Obligations {
    Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()])
}

impl Policy for Law {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"law/1")
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let ruling = Ruling::new(Verdict::Review(one_of_ops()), Vec::new(), self.digest());
        let terms = BreakGlass::new(
            vec!["never".parse().unwrap()],
            "security".parse().unwrap(),
            Duration::from_secs(60),
        );
        Ok(if facts.is_break_glass() { ruling.by_breaking_glass(terms) } else { ruling })
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        let standing = facts.action().as_str() == "approvals.standing";
        if standing { self.rule(facts).map(Some) } else { Ok(None) }
    }
}

fn identity(name: &str) -> ChannelIdentity {
    ChannelIdentity::new("memory", name).unwrap()
}

fn call() -> DynamicAction {
    DynamicAction::from_json("app.deploy", b"{}").unwrap()
}

struct Stage {
    gate: Gate,
    inbox: InMemoryApprover,
    ledger: Arc<MemoryLedger>,
}

impl Stage {
    async fn new() -> Self {
        let key = |seed| LocalSigner::from_seed(&[seed; 32]).unwrap();
        let bot = Principal::service("ci:bot").unwrap().member_of(["ops", "security"]).unwrap();
        let people = [
            ("mira", &["ops", "security"][..]),
            ("sam", &["ops"]),
            ("sec", &["security"]),
            ("owner", &["ops", "security"]),
        ];
        let directory = StaticDirectory::new().with(&bot, [identity("bot")]);
        let directory = people.iter().fold(directory, |directory, (name, groups)| {
            let person = Principal::human(&format!("u:{name}")).unwrap();
            directory.with(&person.member_of(groups.iter().copied()).unwrap(), [identity(name)])
        });
        let inbox = InMemoryApprover::new();
        let ledger = Arc::new(MemoryLedger::new("example.org/test", key(1)).await.unwrap());
        let agent = Requester::new(Principal::agent("agent:a").unwrap());
        let gate = Gate::builder()
            .ledger(Arc::clone(&ledger))
            .policy(Law)
            .directory(directory)
            .approver(inbox.clone())
            .recorder_key(key(2))
            .grant_key(key(3))
            .requester(agent.on_behalf_of(Principal::human("u:owner").unwrap()));
        Self { gate: gate.build().await.unwrap(), inbox, ledger }
    }

    /// Approves what waits, as soon as something does.
    async fn approve(&self, name: &str) -> RequestId {
        loop {
            for card in self.inbox.waiting() {
                let ballot = Ballot::approve(&card).unwrap();
                // (One that was decided just now may still be there.)
                if self.inbox.decide(&identity(name), ballot).await.is_ok() {
                    return card.id();
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn run(&self, call: DynamicAction) -> RequestId {
        let ran = Box::pin(self.gate.run(call, |_, _| async { Ok::<_, Denied>(()) }));
        let (ran, id) = tokio::join!(ran, Box::pin(self.approve("mira")));
        ran.unwrap();
        id
    }

    async fn resolve(&self, name: &str, id: RequestId) -> Option<Refusal> {
        refusal(self.gate.desk().resolve(&identity(name), id, Resolution::Done, "so it is").await)
    }

    async fn review(&self, name: &str, id: RequestId) -> Option<Refusal> {
        refusal(self.gate.desk().review(&identity(name), id, true, "so it is").await)
    }

    async fn retire(&self, name: &str, id: RequestId) -> Option<Refusal> {
        refusal(self.gate.desk().retire(&identity(name), id, "so it is").await)
    }

    async fn events(&self) -> usize {
        self.ledger.entries(0, usize::MAX).await.unwrap().len()
    }
}

fn refusal(said: Result<(), DeskError>) -> Option<Refusal> {
    match said {
        Ok(()) => None,
        Err(DeskError::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_waits_has_not_started() {
    let stage = Stage::new().await;
    let waiting = stage.gate.submit(call().key("deploy-1").unwrap()).await.unwrap().request;
    assert_eq!(stage.resolve("mira", waiting).await, Some(Refusal::NotStarted));
    assert_eq!(stage.review("sec", waiting).await, Some(Refusal::NotStarted));
}

#[tokio::test]
async fn what_has_ended_as_is_known_is_not_resolved_and_was_no_emergency() {
    let stage = Stage::new().await;
    let ended = stage.run(call()).await;
    assert_eq!(stage.resolve("mira", ended).await, Some(Refusal::OutcomeKnown));
    assert_eq!(stage.resolve("owner", ended).await, Some(Ineligible::TookPart.into()));
    assert_eq!(stage.resolve("sec", ended).await, Some(Ineligible::NotAsked.into()));
    assert_eq!(stage.review("sec", ended).await, Some(Refusal::NoEmergency));
}

#[tokio::test]
async fn who_took_part_in_an_emergency_is_told_so_and_once_is_enough() {
    let stage = Stage::new().await;
    let ended = stage.run(call().break_glass("outage")).await;
    for (name, why) in [
        ("mira", Ineligible::TookPart),
        ("owner", Ineligible::TookPart),
        ("sam", Ineligible::NotAsked),
        ("bot", Ineligible::NotHuman),
    ] {
        assert_eq!(stage.review(name, ended).await, Some(why.into()), "{name}");
    }
    assert_eq!(stage.review("sec", ended).await, None);
    assert_eq!(stage.review("sec", ended).await, Some(Refusal::ReviewedAlready));
}

#[tokio::test]
async fn a_standing_grant_is_retired_once_and_nothing_else_is() {
    let stage = Stage::new().await;
    let ended = stage.run(call()).await;
    let until = Timestamp::from_millis(4_000_000_000_000);
    let (agent, name) = ("agent:a".parse().unwrap(), "app.deploy".parse().unwrap());
    let terms = StandingTerms::new(agent, name, one_of_ops(), 3, until);
    let terms = terms.on_behalf_of("u:owner".parse().unwrap());
    let (desk, sam) = (stage.gate.desk(), identity("sam"));
    let issue = desk.issue_standing(&sam, terms, "they are many");
    let (issued, standing) = tokio::join!(issue, stage.approve("mira"));
    issued.unwrap();
    assert_eq!(stage.retire("mira", ended).await, Some(Refusal::NoStanding));
    assert_eq!(stage.retire("sec", standing).await, Some(Ineligible::NotAsked.into()));
    assert_eq!(stage.retire("mira", standing).await, None);
    let events = stage.events().await;
    assert_eq!(stage.retire("mira", standing).await, Some(Refusal::RetiredAlready));
    assert_eq!(stage.events().await, events, "nothing was written");
}
