//! Decisions that people sign with passkeys of their own, through the API.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use approvals_core::{
    ChannelIdentity, Clock, Entry, Event, Ledger, SystemClock, Timestamp, Trail, What,
};
use approvals_http::{SESSION_COOKIE, Tokens, WebApprover};
use approvals_testkit::SoftPasskey;
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::world::{ORIGIN, Site, World};

/// The operating system's clock, set forward.
#[derive(Clone, Debug, Default)]
struct Ahead(Arc<AtomicI64>);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        let millis = u64::try_from(self.0.load(SeqCst)).unwrap();
        SystemClock::default().now().after(Duration::from_millis(millis))
    }
}

/// Somebody's browser, in which they have signed in with a passkey of theirs.
struct Browser {
    passkey: SoftPasskey,
    origin: String,
    cookie: String,
    csrf: String,
}

impl Browser {
    fn call(&self, world: &World, method: &str, path: &str) -> Call {
        let call = at(world, method, path).with("origin", &self.origin);
        let cookie = format!("{SESSION_COOKIE}={}", self.cookie);
        call.with("cookie", cookie).with("x-csrf-token", &self.csrf)
    }

    async fn card(&self, world: &World, id: &str) -> Value {
        let read = self.call(world, "GET", &format!("/v1/reviews/{id}")).send().await;
        assert_eq!(read.status, 200, "{read:?}");
        read.json()
    }

    /// What was asked for, and what was signed.
    async fn challenged(&self, world: &World, id: &str, said: &Value) -> (Value, Value) {
        let path = format!("/v1/reviews/{id}/challenge");
        let asked = self.call(world, "POST", &path).json(said).send().await;
        assert_eq!(asked.status, 200, "{asked:?}");
        let asked = asked.json();
        let proof = self.passkey.get(&asked);
        (asked["publicKey"]["challenge"].clone(), proof)
    }

    async fn says(&self, world: &World, id: &str, choice: &str) -> Value {
        let card = self.card(world, id).await["card"]["digest"].clone();
        json!({ "card": card, "choice": choice, "reason": "I have looked" })
    }

    async fn post(&self, world: &World, id: &str, what: &str, body: &Value) -> Answer {
        self.call(world, "POST", &format!("/v1/reviews/{id}/{what}")).json(body).send().await
    }
}

/// The server by the name under which there can be passkeys.
fn at(world: &World, method: &str, path: &str) -> Call {
    let host = format!("localhost:{}", world.address.port());
    world.call(method, path).at_host(&host)
}

fn signed(mut said: Value, (challenge, proof): (Value, Value)) -> Value {
    said["challenge"] = challenge;
    said["proof"] = proof;
    said
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

async fn world() -> (World, Ahead) {
    let clock = Ahead::default();
    let site = Site::with(WebApprover::with_passkeys(), clock.clone()).await;
    let tokens: Tokens = site.tokens.file.parse().unwrap();
    let world = site.serve_passkeys(tokens, clock.clone()).await;
    (world, clock)
}

/// Comes in by an invitation, leaves, and signs in again.
async fn browser(world: &World, name: &str) -> Browser {
    let desk = world.site.gate.desk();
    let (root, account) = ("root", ChannelIdentity::new("web", name).unwrap());
    let root = ChannelIdentity::new("os", root).unwrap();
    let until = SystemClock::default().now().after(Duration::from_secs(3600));
    let invitation = desk.invite(&root, &account, until, "a new laptop").await.unwrap();
    let invitation = invitation.reveal().to_string();

    let origin = format!("http://localhost:{}", world.address.port());
    let passkey = SoftPasskey::new("localhost").on(&origin);
    let post = async |path: &str, body: &Value| {
        at(world, "POST", path).with("origin", &origin).json(body).send().await
    };
    let asked = post("/enrol/start", &json!({ "invitation": invitation })).await.json();
    let (challenge, proof) = (&asked["publicKey"]["challenge"], passkey.create(&asked));
    let made = json!({ "invitation": invitation, "challenge": challenge, "proof": proof });
    assert_eq!(post("/enrol/finish", &made).await.status, 200);

    let asked = post("/login/start", &json!({})).await.json();
    let (challenge, proof) = (&asked["publicKey"]["challenge"], passkey.get(&asked));
    let login = post("/login/finish", &json!({ "challenge": challenge, "proof": proof })).await;
    assert_eq!(login.status, 200, "{login:?}");
    let cookie = login.header("set-cookie").unwrap();
    let (_, cookie) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    let page = at(world, "GET", "/account").with("cookie", format!("{SESSION_COOKIE}={cookie}"));
    let page = page.send().await.text();
    let (_, csrf) = page.split_once("name=\"csrf\" value=\"").expect("a page has its token");
    let csrf = csrf.split('"').next().unwrap().to_owned();
    Browser { passkey, origin, cookie: cookie.to_owned(), csrf }
}

async fn asked(world: &World, key: &str, action: &str) -> String {
    let body = json!({ "action": action, "arguments": { "version": 7 } });
    let host = format!("localhost:{}", world.address.port());
    let call = world.agent("POST", "/v1/requests").at_host(&host);
    let answer = call.key(key).json(&body).send().await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    world.shown(&id).await;
    id
}

/// Everything in the log, checked as a stranger would; how many decisions in it are signed by reviewers.
async fn verified(site: &Site) -> usize {
    let mut trail = Trail::new(ORIGIN);
    let entries = site.ledger.entries(0, usize::MAX).await.unwrap();
    for entry in &entries {
        trail.read(entry).unwrap();
    }
    let is_signed = |entry: &&Entry| {
        let What::Decided { envelope } = Event::parse(&entry.bytes).unwrap().what else {
            return false;
        };
        envelope.unverified().unwrap().proof.is_some()
    };
    entries.iter().filter(is_signed).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_sign_through_the_api_counts_and_verifies_offline() {
    let (world, _clock) = world().await;
    let mira = browser(&world, "mira").await;
    let id = asked(&world, "k", "app.sign").await;
    let review = mira.card(&world, &id).await;
    assert_eq!(review["approve"], json!({ "may": true, "sign": true }));
    let waiting = mira.call(&world, "GET", "/v1/reviews").send().await.json();
    assert_eq!(waiting["waiting"][0]["id"], id.as_str());

    // This takes a signature.
    let said = mira.says(&world, &id, "approve").await;
    let attested = mira.post(&world, &id, "decide", &said).await;
    assert_eq!(refused(&attested), (403, "may-not-decide".to_owned()));
    let proof = mira.challenged(&world, &id, &said).await;
    let decided = mira.post(&world, &id, "decide", &signed(said, proof)).await;
    assert_eq!((decided.status, &decided.json()["request"]["phase"]), (200, &json!("granted")));

    let no = mira.says(&world, &id, "reject").await;
    let (challenge, proof) = mira.challenged(&world, &id, &no).await;
    let revoke = json!({
        "card": no["card"], "reason": no["reason"], "challenge": challenge, "proof": proof,
    });
    let revoked = mira.post(&world, &id, "revoke", &revoke).await;
    assert_eq!(revoked.json()["request"]["outcome"], "revoked", "{revoked:?}");
    assert_eq!(verified(&world.site).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_stands_for_one_decision_of_one_person_about_one_request() {
    let (world, clock) = world().await;
    let (mira, tom) = (browser(&world, "mira").await, browser(&world, "tom").await);
    let (id, other) = (asked(&world, "k", "app.sign").await, asked(&world, "l", "app.sign2").await);
    let said = mira.says(&world, &id, "approve").await;
    let not_signed = (403, "not-signed".to_owned());

    let theirs = signed(said.clone(), mira.challenged(&world, &id, &said).await);
    assert_eq!(refused(&tom.post(&world, &id, "decide", &theirs).await), not_signed);
    // It was used up by that.
    assert_eq!(refused(&mira.post(&world, &id, "decide", &theirs).await), not_signed);

    let about_another = mira.says(&world, &other, "approve").await;
    let elsewhere = mira.challenged(&world, &id, &said).await;
    let elsewhere = signed(about_another, elsewhere);
    assert_eq!(refused(&mira.post(&world, &other, "decide", &elsewhere).await), not_signed);

    // What was signed was an approval, with these words.
    for (field, value) in [("choice", "reject"), ("reason", "other words")] {
        let mut changed = signed(said.clone(), mira.challenged(&world, &id, &said).await);
        changed[field] = json!(value);
        assert_eq!(refused(&mira.post(&world, &id, "decide", &changed).await), not_signed);
    }
    for (name, value) in [("challenge", Value::Null), ("proof", Value::Null)] {
        let mut half = signed(said.clone(), mira.challenged(&world, &id, &said).await);
        half[name] = value;
        let half = mira.post(&world, &id, "decide", &half).await;
        assert_eq!(refused(&half), (400, "malformed".to_owned()));
    }
    let late = signed(said.clone(), mira.challenged(&world, &id, &said).await);
    clock.0.fetch_add(5 * 60_000, SeqCst);
    assert_eq!(refused(&mira.post(&world, &id, "decide", &late).await), not_signed);

    let good = signed(said.clone(), mira.challenged(&world, &id, &said).await);
    assert_eq!(mira.post(&world, &id, "decide", &good).await.status, 200);
    assert_eq!(refused(&mira.post(&world, &id, "decide", &good).await), not_signed, "a replay");
    assert_eq!(verified(&world.site).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_without_a_session_a_key_or_passkeys() {
    let (world, _clock) = world().await;
    let mira = browser(&world, "mira").await;
    let id = asked(&world, "k", "app.sign").await;
    let said = mira.says(&world, &id, "approve").await;
    let path = format!("/v1/reviews/{id}/challenge");
    let none = at(&world, "POST", &path).with("origin", &mira.origin).json(&said).send().await;
    assert_eq!(refused(&none), (401, "unauthenticated".to_owned()));
    let cookie = format!("{SESSION_COOKIE}={}", mira.cookie);
    let foreign = at(&world, "POST", &path).with("origin", "https://evil.test");
    let foreign = foreign.with("cookie", &cookie).with("x-csrf-token", &mira.csrf).json(&said);
    assert_eq!(refused(&foreign.send().await), (403, "origin".to_owned()));
    // Tom has a token, and has enrolled nothing.
    let tom = at(&world, "POST", &path).bearer("oidc-tom").json(&said).send().await;
    assert_eq!(refused(&tom), (403, "not-signed".to_owned()));
    // Who is not asked cannot tell that there is anything.
    let zoe = at(&world, "POST", &path).bearer("oidc-zoe").json(&said).send().await;
    assert_eq!(refused(&zoe), (404, "not-found".to_owned()));

    let without = World::new().await;
    let id = without.asked("k").await;
    let path = format!("/v1/reviews/{id}");
    let card = without.page("mira", "GET", &path).send().await.json()["card"]["digest"].clone();
    let said = json!({ "card": card, "choice": "approve" });
    let challenge = without.page("mira", "POST", &format!("{path}/challenge")).json(&said);
    assert_eq!(refused(&challenge.send().await), (404, "not-found".to_owned()));
    let proof = signed(said, (json!("x"), json!({})));
    let decide = without.page("mira", "POST", &format!("{path}/decide")).json(&proof);
    assert_eq!(refused(&decide.send().await), (404, "not-found".to_owned()));
}
