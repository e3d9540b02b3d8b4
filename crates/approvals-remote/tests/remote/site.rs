//! A queue that listens on this machine, the people in front of it, and an agent that calls it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use approvals_core::*;
use approvals_http::{Access, Queue as Served, RequesterToken};
use approvals_remote::{HttpQueue, Token};
use tokio::runtime::Runtime;

pub(crate) const ORIGIN: &str = "example.org/test";

/// Everything that lasts when a server ends.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) inbox: InMemoryApprover,
    pub(crate) token: RequesterToken,
    pub(crate) address: SocketAddr,
    /// Under which it is known as well.
    also_at: Option<SocketAddr>,
    pub(crate) gate: Option<Gate>,
    server: Option<Runtime>,
}

pub(crate) fn key(seed: u8) -> LocalSigner {
    LocalSigner::from_seed(&[seed; 32]).unwrap()
}

fn mira() -> ChannelIdentity {
    ChannelIdentity::new("memory", "mira").unwrap()
}

async fn gate_on(ledger: Arc<MemoryLedger>, inbox: InMemoryApprover) -> Gate {
    let one = Obligations::new([Obligation::new("one").unwrap().seats("ops", 1).unwrap()]);
    let policy = PolicyFn::new("p/1", move |facts| match facts.action().as_str() {
        "app.free" => Verdict::Allow,
        "app.never" => Verdict::Deny("never".into()),
        _other => Verdict::Review(one.clone()),
    });
    let mira_in_ops = Principal::human("u:mira").unwrap().member_of(["ops"]).unwrap();
    Gate::builder()
        .ledger(ledger)
        .policy(policy.unwrap())
        .directory(StaticDirectory::new().with(&mira_in_ops, [mira()]))
        .approver(inbox)
        .recorder_key(key(2))
        .grant_key(key(3))
        .build()
        .await
        .unwrap()
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::known_at(None).await
    }

    /// One that is known at this address as well.
    pub(crate) async fn known_at(also_at: Option<SocketAddr>) -> Self {
        let ledger = Arc::new(MemoryLedger::new(ORIGIN, key(1)).await.unwrap());
        let (inbox, token) = (InMemoryApprover::new(), RequesterToken::generate().unwrap());
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut site = Self { ledger, inbox, token, address, also_at, gate: None, server: None };
        site.serve().await;
        site
    }

    /// A server of its own runtime, so that it can be ended as by a crash.
    pub(crate) async fn serve(&mut self) {
        let tokens = format!(
            "version = 1\n[requester.a]\nhash = \"{}\"\nactions = [\"app.*\"]\nprincipal = {{ id = \"agent:a\", kind = \"agent\" }}\n",
            self.token.hash()
        );
        let (ledger, inbox) = (Arc::clone(&self.ledger), self.inbox.clone());
        let (wanted, also_at) = (self.address, self.also_at);
        let server = Runtime::new().unwrap();
        let serving = server.spawn(async move {
            let gate = gate_on(Arc::clone(&ledger), inbox).await;
            gate.recover().await.unwrap();
            let listener = tokio::net::TcpListener::bind(wanted).await.unwrap();
            let address = listener.local_addr().unwrap();
            let access = Access::new(&format!("http://{address}"), tokens.parse().unwrap());
            let mut access = access.unwrap();
            if let Some(also) = also_at {
                access = access.also_at(&format!("http://{also}")).unwrap();
            }
            let queue = Served::builder(gate.clone(), ledger).access(access).build().await.unwrap();
            tokio::spawn(async move { axum::serve(listener, queue.router()).await.unwrap() });
            (address, gate)
        });
        let (address, gate) = serving.await.unwrap();
        (self.address, self.gate) = (address, Some(gate));
        self.server = Some(server);
    }

    pub(crate) fn crash(&mut self) {
        if let Some(server) = self.server.take() {
            server.shutdown_background();
        }
    }

    pub(crate) fn token(&self) -> Token {
        Token::new(self.token.reveal().to_string()).unwrap()
    }

    pub(crate) fn remote(&self) -> RemoteGate {
        self.remote_at(self.address)
    }

    pub(crate) fn remote_at(&self, address: SocketAddr) -> RemoteGate {
        remote(&format!("http://{address}"), &self.token())
    }

    /// Mira approves what is asked next, whenever that is.
    pub(crate) fn will_approve(&self) {
        self.will_decide(|card| Ballot::approve(card).unwrap());
    }

    pub(crate) fn will_decide(&self, ballot: fn(&Card) -> Ballot) {
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let card = inbox.next().await;
            inbox.decide(&mira(), ballot(&card)).await.unwrap();
        });
    }

    /// Everything in the log, checked as a stranger would.
    pub(crate) async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        for entry in self.ledger.entries(0, usize::MAX).await.unwrap() {
            trail.read(&entry).unwrap();
        }
        trail
    }

    /// Fails unless the only request gets to this phase, soon.
    pub(crate) async fn assert_phase(&self, phase: &Phase) {
        let mut last = None;
        for _ in 0..200 {
            let trail = self.trail().await;
            let mut phases = trail.states().map(|(_, state)| state.phase().clone());
            last = phases.next();
            assert_eq!(phases.next(), None, "more than one request");
            if last.as_ref() == Some(phase) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(last.as_ref(), Some(phase));
    }

    pub(crate) async fn starts(&self) -> usize {
        let entries = self.ledger.entries(0, usize::MAX).await.unwrap();
        let is_start = |entry: &&Entry| {
            matches!(Event::parse(&entry.bytes).unwrap().what, What::Started { .. })
        };
        entries.iter().filter(is_start).count()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.crash();
    }
}

pub(crate) fn remote(url: &str, token: &Token) -> RemoteGate {
    let queue = HttpQueue::new(url, token).unwrap();
    RemoteGate::new(Arc::new(queue)).grant_keys([key(3).public_key()])
}

/// Counts how often its body ran.
pub(crate) async fn ran(remote: &RemoteGate, action: impl Action) -> (Result<u64, Denied>, usize) {
    let ran = AtomicUsize::new(0);
    let result = remote
        .run(action, async |permit, _action| {
            ran.fetch_add(1, SeqCst);
            Ok(permit.fence())
        })
        .await;
    (result, ran.load(SeqCst))
}

pub(crate) fn call(name: &str) -> DynamicAction {
    DynamicAction::from_json(name, br#"{"version": 7}"#).unwrap()
}

pub(crate) fn deploy() -> DynamicAction {
    call("app.deploy")
}

pub(crate) fn executed(execution: Execution) -> Phase {
    Phase::Ended(Outcome::Executed(execution))
}

pub(crate) fn closed(cause: Cause) -> Phase {
    Phase::Ended(Outcome::Closed(cause))
}
