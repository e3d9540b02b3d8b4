//! A day at a shop, asked and decided at a real gate: what the pages of the tests and the pictures show.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals_core::{
    Approver, ApproverError, Assurance, Ballot, Body, Card, ChannelIdentity, Context, Denied, Desk,
    Document, DynamicAction, Event, FactSet, Gate, Keyring, Ledger, MemoryLedger, Presented,
    Principal, PublicKey, RequestId, Requester, Risk, Rules, Signer, State, StaticDirectory,
    Timestamp, What,
};
use approvals_log::{Vkey, leaf_hash, prove_inclusion};
use approvals_testkit::{ManualClock, SoftPasskey};
use async_trait::async_trait;
use serde_json::{Value, json};

use super::{Asked, Evidence, Proven};

/// The log of the shop.
pub(super) const LOG: &str = "example.org/shop/prod";

/// What a page needs to know of a request.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) card: Card,
    pub(super) state: State,
    pub(super) events: Vec<Event>,
    pub(super) now: Timestamp,
    pub(super) evidence: String,
}

impl Sample {
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { card: &self.card, state: &self.state, events: &self.events, now: self.now }
    }
}

/// What happened that day, by names of ours.
pub(super) type Day = BTreeMap<&'static str, Sample>;

/// A channel that shows nothing to anybody: people of the test answer at the desk.
#[derive(Debug)]
struct Silent(&'static str);

#[async_trait]
impl Approver for Silent {
    fn channel(&self) -> &str {
        self.0
    }

    async fn present(&self, _card: &Card, _desk: &Desk) -> Result<Presented, ApproverError> {
        Ok(Presented::default())
    }

    fn assurance(&self) -> Assurance {
        if self.0 == "inbox" { Assurance::ReviewerKey } else { Assurance::ChannelAttested }
    }
}

struct Shop {
    gate: Gate,
    ledger: Arc<MemoryLedger>,
    key: PublicKey,
    asked: Mutex<Vec<(&'static str, RequestId)>>,
    passkeys: BTreeMap<&'static str, SoftPasskey>,
}

fn action(name: &str, arguments: &Value) -> DynamicAction {
    DynamicAction::from_json(name, arguments.to_string().as_bytes()).unwrap()
}

async fn minutes(count: u32) {
    tokio::time::sleep(Duration::from_secs(60).saturating_mul(count)).await;
}

impl Shop {
    async fn open() -> Self {
        let keys = Keyring::generate().unwrap();
        let key = keys.log.public_key();
        let ledger = Arc::new(MemoryLedger::new(LOG, keys.log).await.unwrap());
        let rules: Rules = include_str!("sample_policy.toml").parse().unwrap();
        let person = |name: &str, groups: &[&str]| {
            Principal::human(&format!("u:{name}"))
                .unwrap()
                .member_of(groups.iter().copied())
                .unwrap()
        };
        let people = [
            ("mira", person("mira", &["data-owners", "ops", "incident-command"])),
            ("noor", person("noor", &["data-owners", "finance"])),
            ("jonas", person("jonas", &["ops", "security"])),
            ("ada", person("ada", &["security", "data-leads", "finance"])),
            ("tom", person("tom", &["data-leads", "incident-command"])),
        ];
        let directory = people.iter().fold(StaticDirectory::new(), |known, (name, person)| {
            known.with(
                person,
                ["inbox", "slack"].map(|channel| ChannelIdentity::new(channel, name).unwrap()),
            )
        });
        let start: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let gate = Gate::builder()
            .policy(rules)
            .ledger(Arc::clone(&ledger))
            .directory(directory)
            .facts(FactSet::from([("env.name".parse().unwrap(), "prod".into())]))
            .approver(Silent("inbox"))
            .approver(Silent("slack"))
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .clock(ManualClock::new(start))
            .build()
            .await
            .unwrap();
        let mut passkeys = BTreeMap::new();
        let (desk, tom) = (gate.desk(), ChannelIdentity::new("slack", "tom").unwrap());
        for name in ["mira", "noor"] {
            let passkey = SoftPasskey::new("approvals.example.org");
            let account = ChannelIdentity::new("inbox", name).unwrap();
            let until = start.after(Duration::from_secs(3600));
            let invitation = desk.invite(&tom, &account, until, "a new laptop").await.unwrap();
            desk.enrol(&invitation, passkey.key()).await.unwrap();
            passkeys.insert(name, passkey);
        }
        Self { gate, ledger, key, asked: Mutex::default(), passkeys }
    }

    fn context(agent: &str, owner: &str) -> Context {
        let requester = Requester::new(Principal::agent(agent).unwrap());
        let owner = Principal::human(owner).unwrap();
        Context::new(requester.on_behalf_of(owner)).session("run-4711").unwrap()
    }

    async fn ask(&self, name: &'static str, context: Context, action: DynamicAction) -> RequestId {
        let action = action.key(name).unwrap();
        let ticket = self.gate.scope(context, self.gate.submit(action)).await.unwrap();
        self.asked.lock().unwrap().push((name, ticket.request));
        tokio::time::sleep(Duration::from_secs(4)).await;
        ticket.request
    }

    async fn decide(
        &self,
        request: RequestId,
        channel: &str,
        who: &str,
        reason: Result<&str, &str>,
    ) {
        let card = self.gate.desk().card(request).await.unwrap().unwrap();
        let ballot = match reason {
            Ok(reason) => {
                let mut ballot = Ballot::approve(&card).unwrap();
                ballot.reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
                ballot
            }
            Err(reason) => Ballot::reject(&card, reason).unwrap(),
        };
        let identity = ChannelIdentity::new(channel, who).unwrap();
        let ballot = match self.passkeys.get(who).filter(|_key| channel == "inbox") {
            Some(passkey) => {
                let nonce = *card.digest().unwrap().as_bytes();
                let nonce: Vec<u8> =
                    nonce.iter().zip(who.bytes().cycle()).map(|(a, b)| a ^ b).collect();
                let desk = self.gate.desk();
                let challenge = desk.challenge(&identity, &ballot, &nonce).await.unwrap();
                ballot.signed(passkey.sign(&challenge))
            }
            None => ballot,
        };
        if let Err(error) = self.gate.desk().decide(&identity, ballot).await {
            let entries = self.ledger.history(Some(request)).await.unwrap();
            let events: Vec<_> =
                entries.iter().map(|entry| String::from_utf8_lossy(&entry.bytes)).collect();
            panic!("{who} cannot decide: {error}: {events:#?}");
        }
    }

    async fn run(&self, name: &str, context: Context, action: DynamicAction, ends: Result<(), ()>) {
        let action = action.key(name).unwrap();
        let ran = self.gate.run(action, async |_permit, _action| ends.map_err(|()| Denied::NoGate));
        drop(self.gate.scope(context, ran).await);
    }

    /// Gives names to the calls that were made together.
    async fn notice_batch(&self) {
        let entries = self.ledger.entries(0, usize::MAX).await.unwrap();
        let mut names = ["batch-1", "batch-2", "batch-3"].into_iter();
        for entry in entries {
            let event = Event::parse(&entry.bytes).unwrap();
            if let What::Requested { request, .. } = &event.what
                && !request.notes.batch.is_empty()
            {
                self.asked.lock().unwrap().push((names.next().unwrap(), request.id));
            }
        }
    }

    /// All that is in the log, at the time `now`.
    async fn day(&self, now: Timestamp) -> Day {
        let asked = self.asked.lock().unwrap().clone();
        let mut day = Day::new();
        for (name, request) in asked {
            let entries = self.ledger.history(Some(request)).await.unwrap();
            let events = entries.iter().map(|entry| Event::parse(&entry.bytes).unwrap());
            let events: Vec<_> = events.collect();
            let state = State::fold(&events).unwrap();
            let Some(What::Requested { request: asked, document: Body::Inline(document) }) =
                events.first().map(|event| &event.what)
            else {
                panic!("a request begins with its question")
            };
            let document = Document::parse(document.as_bytes()).unwrap();
            let card = Card::new(asked.clone(), document).unwrap();
            let evidence = self.evidence(request).await;
            day.insert(name, Sample { card, state, events, now, evidence });
        }
        day
    }

    async fn evidence(&self, request: RequestId) -> String {
        let all = self.ledger.entries(0, usize::MAX).await.unwrap();
        let leaves: Vec<_> = all.iter().map(|entry| leaf_hash(&entry.bytes)).collect();
        let own = all.iter().filter(|entry| entry.request == Some(request));
        let entries = own.map(|entry| {
            Proven::new(entry.index, &entry.bytes, &prove_inclusion(&leaves, entry.index).unwrap())
        });
        let checkpoint = self.ledger.head().await.unwrap().note;
        let key = Vkey::new(LOG, self.key).unwrap().to_string();
        serde_json::to_string(&Evidence { checkpoint, key, entries: entries.collect() }).unwrap()
    }
}

fn export(columns: &[&str], rows: u32, prefix: &str) -> DynamicAction {
    let arguments =
        json!({"bucket": "acme-prod-exports", "columns": columns, "prefix": prefix, "rows": rows});
    action("s3.export", &arguments)
        .risk(Risk::High)
        .resource(format!("s3://acme-prod-exports/{prefix}"))
        .summary(format!("Export {rows} rows to the analytics bucket"))
        .tag("pii")
}

async fn morning(shop: &Shop) {
    let analyst =
        || Shop::context("agent:analyst", "u:lena").intent("Prepare the quarterly report").unwrap();
    let october = export(&["name", "city"], 38_950, "customers/2026/10/");
    let id = shop.ask("exported", analyst(), october.clone()).await;
    shop.decide(id, "inbox", "noor", Ok("Same columns as every month.")).await;
    minutes(3).await;
    shop.decide(id, "inbox", "mira", Ok("")).await;
    shop.run("exported", analyst(), october, Ok(())).await;
    minutes(40).await;

    let deploy = || Shop::context("agent:deployer", "u:sam");
    let restart = action("service.restart", &json!({"service": "checkout"}))
        .risk(Risk::Medium)
        .resource("k8s://prod/checkout");
    let id = shop.ask("restarted", deploy(), restart.clone()).await;
    shop.decide(id, "slack", "jonas", Ok("Memory keeps growing, go ahead.")).await;
    shop.run("restarted", deploy(), restart, Err(())).await;
    minutes(5).await;
    let mail = action(
        "email.send",
        &json!({"list": "all-customers", "recipients": 184_220, "subject": "We are sorry"}),
    );
    shop.ask(
        "unanswered",
        Shop::context("agent:support", "u:kim"),
        mail.risk(Risk::High).resource("list:all-customers"),
    )
    .await;
    minutes(120).await;

    let everything = export(&["name", "city", "email", "phone"], 412_000, "customers/2026/");
    let id =
        shop.ask("rejected", analyst(), everything.reason("The report needs all customers.")).await;
    minutes(6).await;
    shop.decide(id, "inbox", "mira", Err("Only the month that the report is about, and without e-mail addresses or phone numbers.")).await;
    minutes(60).await;
}

async fn noon(shop: &Shop) {
    let support = || Shop::context("agent:support", "u:kim");
    let pay = action(
        "invoice.pay",
        &json!({"amount_cents": 1_250_000, "iban": "DE02120300000000202051", "supplier": "Nordlicht Hosting"}),
    );
    shop.ask("invoice", support(), pay.risk(Risk::High).resource("invoice:2026-1184")).await;
    let grant = action("iam.grant", &json!({"member": "u:sam", "role": "billing.viewer"}));
    shop.ask(
        "iam",
        Shop::context("agent:onboarding", "u:kim"),
        grant.risk(Risk::Medium).resource("gcp://acme-prod"),
    )
    .await;
    let refund = action(
        "payments.refund",
        &json!({"amount_cents": 24_900, "customer": "c_88213", "order": "2026-44817"}),
    )
    .risk(Risk::Medium)
    .resource("order:2026-44817")
    .reason("The parcel arrived damaged; photos are in the ticket.");
    shop.ask("refund", support(), refund).await;
    minutes(12).await;

    let november = export(&["name", "city"], 41_200, "customers/2026/11/")
        .reason("Lena asked for November only; e-mail and phone are left out, as Mira wanted.");
    let analyst =
        Shop::context("agent:analyst", "u:lena").intent("Prepare the quarterly report").unwrap();
    let id = shop.ask("export", analyst, november).await;
    minutes(9).await;
    shop.decide(id, "inbox", "noor", Ok("November only, names and cities. Fine.")).await;
    minutes(3).await;
}

/// Three calls that are made together, and an emergency while they wait.
async fn made_together(shop: &Shop) -> Day {
    let restart = |service: &str, risk| {
        action("service.restart", &json!({"replicas": 6, "service": service}))
            .risk(risk)
            .resource(format!("k8s://prod/{service}"))
    };
    let made = [
        restart("search", Risk::Low),
        restart("checkout", Risk::Medium),
        restart("ledger", Risk::High),
    ];
    let deploy = Shop::context("agent:deployer", "u:sam")
        .intent("Roll out the new TLS certificates")
        .unwrap();
    let batch = shop.gate.run_batch(made, async |_permit, _action| Ok::<_, Denied>(()));
    let batch = shop.gate.scope(deploy, batch);
    let waits = tokio::time::timeout(Duration::from_secs(90), batch);
    let watch = async {
        minutes(1).await;
        shop.notice_batch().await;
        let emergency = action("k8s.bind-cluster-role", &json!({"role": "cluster-admin", "subject": "agent:deployer"}))
            .risk(Risk::Critical)
            .resource("k8s://prod")
            .break_glass("Checkout is down since 12:31, and the operator that should restart it has lost its role.")
            .summary("Bind cluster-admin for ten minutes");
        shop.ask("emergency", Shop::context("agent:deployer", "u:sam"), emergency).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        let now: Timestamp = shop.day(Timestamp::from_millis(0)).await["emergency"].state.last_at();
        shop.day(now.after(Duration::from_secs(20))).await
    };
    let (_dropped, day) = tokio::join!(waits, watch);
    day
}

/// The day, lived from its morning on.
pub(super) fn day() -> Day {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(async {
        let shop = Shop::open().await;
        morning(&shop).await;
        noon(&shop).await;
        made_together(&shop).await
    })
}
