//! A ledger with all that people state, and with every way to go on that the story does not have.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Action, Ballot, BreakGlass, ChannelIdentity, Denied, DescribeError, Description, Digest,
    DynamicAction, FactSet, Facts, Gate, IdempotencyKey, InMemoryApprover, Ledger, Obligation,
    Obligations, Policy, PolicyError, Principal, RequestId, Requester, Risk, Ruling, StandingTerms,
    StaticDirectory, Stop, Timestamp, Verdict,
};
use approvals_sqlite::SqliteLedger;

use crate::story::{HOSTILE, ORIGIN, keys};

/// What calls that a standing grant covers are done to.
const CACHE: &str = "redis://shop/\u{202e}1";
const DAY: Duration = Duration::from_secs(86_400);

/// Denies drops except in emergencies, one of which is to be reviewed at once, and asks about most else.
#[derive(Debug)]
struct Law;

fn one_of_ops(name: &str) -> Obligation {
    Obligation::new(name).unwrap().seats("ops", 1).unwrap()
}

impl Policy for Law {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"drama/1")
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let ruling = |verdict| Ruling::new(verdict, vec!["law".parse().unwrap()], self.digest());
        let review = |one| Verdict::Review(Obligations::new([one]));
        let emergency = |within| {
            let terms = BreakGlass::new(
                vec!["never-drop".parse().unwrap()],
                "security".parse().unwrap(),
                within,
            );
            ruling(review(one_of_ops("commander"))).by_breaking_glass(terms)
        };
        Ok(match facts.action().as_str() {
            "db.read" | "sync.push" => ruling(Verdict::Allow),
            "db.drop" if facts.is_break_glass() => emergency(DAY),
            "db.wipe" if facts.is_break_glass() => emergency(Duration::from_millis(1)),
            "cert.renew" => {
                let soon = Duration::from_millis(20);
                ruling(review(one_of_ops("ops-or-leads").escalate(soon, "leads").unwrap()))
            }
            _ => ruling(review(one_of_ops("one-of-ops"))),
        })
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        let standing = facts.action().as_str() == "approvals.standing";
        if standing { self.rule(facts).map(Some) } else { Ok(None) }
    }
}

/// A call with what a plain one has not.
struct Call {
    name: &'static str,
    key: Option<IdempotencyKey>,
    emergency: Option<&'static str>,
    again_after: Option<Duration>,
}

impl Call {
    fn new(name: &'static str) -> Self {
        Self { name, key: None, emergency: None, again_after: None }
    }
}

impl Action for Call {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        call.action(self.name, Risk::High)?;
        if self.name == "cache.clear" {
            call.resource(format_args!("{CACHE}"))?;
        }
        if let Some(why) = self.emergency {
            call.break_glass(format_args!("{why}"))?;
        }
        self.again_after.map_or(Ok(()), |silence| call.idempotent_after(silence))
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }
}

fn identity(name: &str) -> ChannelIdentity {
    ChannelIdentity::new("memory", name).unwrap()
}

fn people() -> StaticDirectory {
    let everybody = [
        ("mira", &["ops"][..]),
        ("sam", &["ops"]),
        ("lead", &["leads"]),
        ("sec", &["security"]),
        ("friend", &[]),
    ];
    everybody.iter().fold(StaticDirectory::new(), |people, (name, groups)| {
        let person = Principal::human(&format!("u:{name}")).unwrap();
        people.with(&person.member_of(groups.iter().copied()).unwrap(), [identity(name)])
    })
}

/// What the stage has on it.
struct Stage {
    gate: Gate,
    inbox: InMemoryApprover,
    ledger: Arc<dyn Ledger>,
}

impl Stage {
    async fn new(path: &Path) -> Self {
        let keys = keys();
        let ledger: Arc<dyn Ledger> =
            Arc::new(SqliteLedger::open(path, ORIGIN, keys.log).await.unwrap());
        let inbox = InMemoryApprover::new();
        let agent = Requester::new(Principal::agent("agent:night").unwrap());
        let gate = Gate::builder()
            .policy(Law)
            .facts(FactSet::from([("env.name".parse().unwrap(), "prod".into())]))
            .ledger(Arc::clone(&ledger))
            .directory(people())
            .approver(inbox.clone())
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .requester(agent.on_behalf_of(Principal::human("u:owner").unwrap()));
        Self { gate: gate.build().await.unwrap(), inbox, ledger }
    }

    /// The one request that waits, once it does.
    async fn waiting(&self, action: &str) -> approvals_core::Card {
        loop {
            let mut waiting = self.inbox.waiting().into_iter();
            if let Some(card) = waiting.find(|card| card.document().action.as_str() == action) {
                return card;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn approve(&self, action: &str, who: &str) -> RequestId {
        let card = self.waiting(action).await;
        self.inbox.decide(&identity(who), Ballot::approve(&card).unwrap()).await.unwrap();
        card.id()
    }

    /// Runs a call that `who` approves.
    async fn run(&self, call: Call, who: &str) -> RequestId {
        let name = call.name;
        let ran = Box::pin(self.gate.run(call, |_, _| async { Ok::<_, Denied>(()) }));
        let (ran, id) = tokio::join!(ran, self.approve(name, who));
        ran.unwrap();
        id
    }

    /// Starts a call that is dropped on the way.
    async fn drop_on_the_way(&self, call: Call) {
        let started = tokio::sync::Notify::new();
        let running = self.gate.run(call, |_, _| {
            started.notify_one();
            std::future::pending::<Result<(), Denied>>()
        });
        tokio::select! {
            ended = running => panic!("{ended:?}"),
            () = started.notified() => {}
        }
    }

    /// Until the ledger has so many events of this kind.
    async fn until(&self, kind: &str) {
        let says = |entry: &approvals_core::Entry| {
            String::from_utf8_lossy(&entry.bytes).contains(&format!("\"what\":{{\"{kind}\""))
        };
        while !self.ledger.entries(0, 1000).await.unwrap().iter().any(says) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Plays it into a new ledger at `path`.
pub(crate) async fn tell(path: &Path) {
    let stage = Stage::new(path).await;
    let (gate, desk) = (&stage.gate, stage.gate.desk());
    let tomorrow = Timestamp::from_millis(4_000_000_000_000);

    let ops = ["ops".parse().unwrap()].into();
    desk.delegate(&identity("mira"), "u:friend".parse().unwrap(), ops, tomorrow, "I am away")
        .await
        .unwrap();
    let mail = stage.run(Call::new("mail.send"), "friend").await;
    let card = desk.card(mail).await.unwrap().unwrap();
    desk.decide(&identity("sam"), Ballot::approve(&card).unwrap()).await.unwrap_err();

    for name in ["db.drop", "db.wipe"] {
        stage.run(Call { emergency: Some(HOSTILE), ..Call::new(name) }, "sam").await;
    }

    let renew = gate.run(Call::new("cert.renew"), |_, _| async { Ok::<_, Denied>(()) });
    let (renewed, _) = tokio::join!(renew, async {
        stage.until("nudged").await;
        stage.approve("cert.renew", "lead").await
    });
    renewed.unwrap();

    let terms = StandingTerms::new(
        "agent:night".parse().unwrap(),
        "cache.clear".parse().unwrap(),
        Obligations::new([one_of_ops("one-of-ops")]),
        3,
        tomorrow,
    )
    .on_behalf_of("u:owner".parse().unwrap())
    .resource(CACHE);
    let asking = identity("mira");
    let issue = desk.issue_standing(&asking, terms, "the cache is ours");
    let (issued, _) = tokio::join!(issue, stage.approve("approvals.standing", "sam"));
    issued.unwrap();
    gate.run(Call::new("cache.clear"), |_, _| async { Ok::<_, Denied>(()) }).await.unwrap();

    stage.drop_on_the_way(Call::new("db.read")).await;
    stage.drop_on_the_way(Call::new("cache.clear")).await;
    let again = || Call {
        key: Some("push-1".parse().unwrap()),
        again_after: Some(Duration::from_millis(1)),
        ..Call::new("sync.push")
    };
    stage.drop_on_the_way(again()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    gate.run(again(), |_, _| async { Ok::<_, Denied>(()) }).await.unwrap();

    Box::pin(reject_and_ask_again(&stage)).await;

    desk.stop(&identity("sec"), Stop::Action("deploy.app".parse().unwrap()), HOSTILE)
        .await
        .unwrap();
    // What is to be reviewed at once is overdue by now.
    tokio::time::sleep(Duration::from_millis(5)).await;
    std::mem::forget(stage);
}

/// An attempt that is rejected, and another one that waits.
async fn reject_and_ask_again(stage: &Stage) {
    let refund = |cents| {
        let arguments = format!("{{\"cents\":{cents}}}");
        let call = DynamicAction::from_json("payments.refund", arguments.as_bytes()).unwrap();
        call.key(&format!("refund-{cents}")).unwrap()
    };
    stage.gate.submit(refund(1200)).await.unwrap();
    let card = stage.waiting("payments.refund").await;
    let no = Ballot::reject(&card, HOSTILE).unwrap();
    stage.inbox.decide(&identity("sam"), no).await.unwrap();
    while !stage.inbox.waiting().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    stage.gate.submit(refund(900)).await.unwrap();
    stage.waiting("payments.refund").await;
}
