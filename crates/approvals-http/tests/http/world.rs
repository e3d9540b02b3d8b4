//! A queue that listens on this machine, and everybody who calls it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Assurance, ChannelIdentity, Clock, Gate, Keyring, Ledger, MemoryLedger, Obligation,
    Obligations, PolicyFn, Principal, StaticDirectory, SystemClock, Verdict,
};
use approvals_http::{
    Access, AuditorToken, Capacity, Queue, RequesterToken, SESSION_COOKIE, Session, SessionError,
    Sessions, Tokens, WebApprover,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{Answer, Call};

pub(crate) const ORIGIN: &str = "example.org/shop/test";

/// Everything that lasts when a server ends.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) gate: Gate,
    pub(crate) tokens: Arc<Secrets>,
}

/// What callers show.
#[derive(Debug)]
pub(crate) struct Secrets {
    /// Of `agent:deployer`, for `app.*`, `db.read`, `db.drop`.
    pub(crate) deployer: String,
    /// Of the same agent, for `db.read` alone.
    pub(crate) narrow: String,
    /// Of `agent:other`, for everything that there is.
    pub(crate) other: String,
    pub(crate) expired: String,
    /// In no file.
    pub(crate) unknown: String,
    pub(crate) siem: String,
    pub(crate) expired_siem: String,
    pub(crate) unknown_siem: String,
    pub(crate) file: String,
}

/// A server that listens.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) queue: Queue,
    pub(crate) address: SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

/// Cookies and tokens of reviewers: `cookie-NAME` and `oidc-NAME`.
#[derive(Debug)]
struct People;

#[async_trait]
impl Sessions for People {
    async fn of_cookie(&self, secret: &str) -> Result<Option<Session>, SessionError> {
        let Some(name) = secret.strip_prefix("cookie-") else { return Ok(None) };
        Ok(session(name).map(|session| session.with_csrf(format!("csrf-{name}"))))
    }

    async fn of_bearer(&self, token: &str) -> Result<Option<Session>, SessionError> {
        assert!(!token.starts_with("apr_"), "a program's token came this far");
        assert!(token != "panic", "a mistake in what knows people");
        Ok(token.strip_prefix("oidc-").and_then(session))
    }
}

fn session(name: &str) -> Option<Session> {
    let is_known = ["mira", "tom", "zoe", "stranger"].contains(&name);
    is_known.then(|| Session::new(ChannelIdentity::new("web", name).unwrap()))
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(WebApprover::new(), SystemClock::default()).await
    }

    pub(crate) async fn with(web: WebApprover, clock: impl Clock + 'static) -> Self {
        let keys = Keyring::generate().unwrap();
        let ledger = Arc::new(MemoryLedger::new(ORIGIN, keys.log).await.unwrap());
        let one =
            Obligations::new([Obligation::new("one-of-ops").unwrap().seats("ops", 1).unwrap()]);
        let signed = Obligation::new("one-with-a-key").unwrap().seats("ops", 1).unwrap();
        let signed = Obligations::new([signed.assurance(Assurance::ReviewerKey)]);
        let policy = PolicyFn::new("test/1", move |facts| match facts.action().as_str() {
            "db.read" => Verdict::Allow,
            "db.drop" => Verdict::Deny("only reads".into()),
            "app.sign" | "app.sign2" => Verdict::Review(signed.clone()),
            _other => Verdict::Review(one.clone()),
        });
        let person = |name: &str, group| {
            let person =
                Principal::human(&format!("u:{name}")).unwrap().member_of([group]).unwrap();
            (person, [ChannelIdentity::new("web", name).unwrap()])
        };
        let directory = [person("mira", "ops"), person("tom", "ops"), person("zoe", "finance")]
            .iter()
            .fold(StaticDirectory::new(), |all, (one, account)| all.with(one, account.clone()));
        let root = ChannelIdentity::new("os", "root").unwrap();
        let directory = directory.with(&Principal::human("u:root").unwrap(), [root]);
        let gate = Gate::builder()
            .ledger(Arc::clone(&ledger))
            .policy(policy.unwrap())
            .directory(directory)
            .approver(web)
            .clock(clock)
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .build()
            .await
            .unwrap();
        Self { ledger, gate, tokens: Arc::new(Secrets::new()) }
    }

    /// A server over it, with whatever `change` does to its capacity.
    pub(crate) async fn serve(&self, change: impl FnOnce(Capacity) -> Capacity) -> World {
        let tokens: Tokens = self.tokens.file.parse().unwrap();
        self.serve_with(tokens, change, Queue::router).await
    }

    pub(crate) async fn serve_with(
        &self,
        tokens: Tokens,
        change: impl FnOnce(Capacity) -> Capacity,
        router: impl FnOnce(&Queue) -> axum::Router,
    ) -> World {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let access = Access::new(&format!("http://{address}"), tokens).unwrap().sessions(People);
        let queue = Queue::builder(self.gate.clone(), Arc::clone(&self.ledger)).access(access);
        let queue = queue.capacity(change(Capacity::default())).build().await.unwrap();
        let router = router(&queue);
        self.listen(listener, queue, router)
    }

    /// A server by a name under which there can be passkeys.
    pub(crate) async fn serve_passkeys(
        &self,
        tokens: Tokens,
        clock: impl Clock + 'static,
    ) -> World {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let access = Access::new(&address, tokens).unwrap().sessions(People).passkeys().unwrap();
        let queue = Queue::builder(self.gate.clone(), Arc::clone(&self.ledger)).access(access);
        let queue = queue.clock(clock).build().await.unwrap();
        let router = queue.router();
        self.listen(listener, queue, router)
    }

    fn listen(&self, listener: TcpListener, queue: Queue, router: axum::Router) -> World {
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        World { site: self.clone(), queue, address, server }
    }

    /// What must not change by what is refused or only read.
    pub(crate) async fn size(&self) -> u64 {
        self.ledger.head().await.unwrap().checkpoint.size()
    }
}

impl Secrets {
    fn new() -> Self {
        let req = || RequesterToken::generate().unwrap();
        let aud = || AuditorToken::generate().unwrap();
        let [deployer, narrow, other, expired, unknown] = std::array::from_fn(|_| req());
        let [siem, expired_siem, unknown_siem] = std::array::from_fn(|_| aud());
        let requester = |name: &str, token: &RequesterToken, agent: &str, rest: &str| {
            let hash = token.hash();
            format!(
                "[requester.{name}]\nhash = \"{hash}\"\nprincipal = {{ id = \"{agent}\", kind = \"agent\" }}\n{rest}\n\n"
            )
        };
        let all = "actions = [\"app.*\", \"db.read\", \"db.drop\"]";
        let late = "expires = \"2001-01-01T00:00:00Z\"";
        let file = [
            "version = 1\n\n".to_owned(),
            requester("deployer", &deployer, "agent:deployer", all),
            requester("narrow", &narrow, "agent:deployer", "actions = [\"db.read\"]"),
            requester("other", &other, "agent:other", all),
            requester("expired", &expired, "agent:deployer", &format!("{all}\n{late}")),
            format!("[auditor.siem]\nhash = \"{}\"\n\n", siem.hash()),
            format!("[auditor.late]\nhash = \"{}\"\n{late}\n", expired_siem.hash()),
        ];
        let text = |token: &RequesterToken| token.reveal().to_string();
        Self {
            deployer: text(&deployer),
            narrow: text(&narrow),
            other: text(&other),
            expired: text(&expired),
            unknown: text(&unknown),
            siem: siem.reveal().to_string(),
            expired_siem: expired_siem.reveal().to_string(),
            unknown_siem: unknown_siem.reveal().to_string(),
            file: file.concat(),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Site::new().await.serve(|capacity| capacity).await
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path)
    }

    /// As the agent that deploys.
    pub(crate) fn agent(&self, method: &str, path: &str) -> Call {
        self.call(method, path).bearer(&self.site.tokens.deployer)
    }

    /// As somebody at a page of this server.
    pub(crate) fn page(&self, name: &str, method: &str, path: &str) -> Call {
        let call =
            self.call(method, path).with("cookie", format!("{SESSION_COOKIE}=cookie-{name}"));
        let origin = format!("http://{}", self.address);
        call.with("origin", origin).with("x-csrf-token", format!("csrf-{name}"))
    }

    /// As a program that reads the log.
    pub(crate) fn auditor(&self, path: &str) -> Call {
        self.call("GET", path).bearer(&self.site.tokens.siem)
    }

    pub(crate) async fn submit(&self, key: &str, action: &Value) -> Answer {
        let answer = self.agent("POST", "/v1/requests").key(key).json(action).send().await;
        if answer.status == 201 && answer.json()["phase"] == "pending" {
            self.shown(answer.json()["id"].as_str().unwrap()).await;
        }
        answer
    }

    /// Waits until it is on record that a card was shown: that is written after the answer.
    pub(crate) async fn shown(&self, id: &str) {
        let id = id.parse().unwrap();
        while self.site.ledger.history(Some(id)).await.unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks for something that people decide about; its id.
    pub(crate) async fn asked(&self, key: &str) -> String {
        let answer = self.submit(key, &deploy()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn decide(&self, name: &str, id: &str, choice: &str) -> Answer {
        let path = format!("/v1/reviews/{id}");
        let card = self.page(name, "GET", &path).send().await.json()["card"]["digest"].clone();
        let body = json!({ "card": card, "choice": choice });
        self.page(name, "POST", &format!("{path}/decide")).json(&body).send().await
    }

    /// Ends the server as a crash would.
    pub(crate) fn stop(&self) {
        self.server.abort();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What people decide about.
pub(crate) fn deploy() -> Value {
    json!({ "action": "app.deploy", "arguments": { "version": 7 } })
}
