//! What the tests of the life cycle are made of: an agent `a` asks for its owner `o` at second 1, and people answer.

use std::time::Duration;

use super::event::{Event, What};
use super::signer::{LocalSigner, Signer as _};
use super::state::State;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::RequestId;
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::policy::obligation::Obligation;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{Ruling, Verdict};
use crate::review::decision::{Choice, Decision, SeenHead};
use crate::review::directory::ChannelIdentity;
use crate::review::envelope::{Envelope, Payload, Unsigned};
use crate::review::grant::{Claims, Grant, signing_input};
use crate::review::request::Request;
use crate::review::statement::{Says, Statement};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

pub(super) fn just_before(moment: Timestamp) -> Timestamp {
    Timestamp::from_millis(moment.as_millis() - 1)
}

pub(super) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub(super) fn id() -> RequestId {
    "00000000-0000-4000-8000-000000000001".parse().unwrap()
}

pub(super) fn other_id() -> RequestId {
    "00000000-0000-4000-8000-000000000002".parse().unwrap()
}

pub(super) fn action() -> Digest {
    Digest::of("action", b"x")
}

pub(super) fn person(name: &str) -> Principal {
    Principal::human(name).unwrap().member_of(["ops"]).unwrap()
}

/// Two of `ops` within 100 seconds, by votes that live for 10, and then within 50.
pub(super) fn two_of_ops() -> Obligation {
    let two = Obligation::new("two").unwrap().seats("ops", 2).unwrap().vote_lives(seconds(10));
    Obligation { approve_within: seconds(100), execute_within: seconds(50), ..two }
}

pub(super) fn review(one: Obligation) -> Verdict {
    Verdict::Review(Obligations::new([one]))
}

/// What is asked, and answered by the policy so.
pub(super) fn request(verdict: Verdict) -> Request {
    let agent = Requester::new(Principal::agent("a").unwrap()).on_behalf_of(person("o"));
    let ruling = Ruling::new(verdict, vec![], Digest::of("policy", b"p"));
    Request::new(id(), None, action(), &agent.into(), ruling, at(1))
}

/// The state once that is asked.
pub(super) fn asked(verdict: Verdict) -> State {
    of(request(verdict))
}

pub(super) fn of(request: Request) -> State {
    let document = super::body::Body::Inline("{}".into());
    let requested = event(1, What::Requested { request, document });
    State::default().apply(&requested).unwrap()
}

pub(super) fn event(second: i64, what: What) -> Event {
    Event::new(at(second), Some(id()), what)
}

fn seen() -> SeenHead {
    SeenHead { root: String::new(), size: 0 }
}

/// A decision about what `state` asks.
pub(super) fn decision(
    state: &State,
    reviewer: Principal,
    choice: Choice,
    at: Timestamp,
) -> Decision {
    Decision {
        action: action(),
        assurance: Assurance::ChannelAttested,
        at,
        card: Digest::of("card", b""),
        choice,
        delegator: None,
        identity: ChannelIdentity::new("chat", reviewer.id().as_str()).unwrap(),
        message: None,
        proof: None,
        reason: None,
        request: id(),
        request_digest: state.request_digest().unwrap(),
        reviewer,
        seen: seen(),
    }
}

pub(super) fn statement(person: Principal, says: Says) -> Statement {
    Statement {
        assurance: Assurance::ChannelAttested,
        at: at(5),
        identity: ChannelIdentity::new("chat", person.id().as_str()).unwrap(),
        log: "example.org/test".into(),
        person,
        reason: "I looked".into(),
        says,
        seen: seen(),
    }
}

pub(super) fn envelope<T: Payload>(contents: &T) -> Envelope<T> {
    let key = LocalSigner::from_seed(&[1; 32]).unwrap().public_key();
    Unsigned::new(contents).unwrap().sign(&key, [0; 64])
}

/// What is granted to `request` at `at`, by these people.
pub(super) fn claims(request: &Request, approvers: &[&str], at: Timestamp) -> Claims {
    let approvers = approvers.iter().map(|name| name.parse().unwrap()).collect();
    Claims::new("example.org/test", request, "act", approvers, at).unwrap()
}

pub(super) fn grant(claims: &Claims) -> Grant {
    let key = LocalSigner::from_seed(&[2; 32]).unwrap().public_key();
    Grant::assemble(&signing_input(claims, &key).unwrap(), [0; 64])
}
