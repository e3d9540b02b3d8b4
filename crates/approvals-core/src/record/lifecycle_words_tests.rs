//! What the model says, in the words of the product.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::*;
use super::model::{AGENT, How, OWNER, Verdict as Asked, Why};
use super::people::{Millis, Person, Place, Rule};
use super::world::{OWN_ACT, SLOTS, Scope};
use crate::action::action::Action as _;
use crate::action::description::Description;
use crate::action::document::Document;
use crate::action::dynamic::DynamicAction;
use crate::action::id::RequestId;
use crate::action::principal::{Principal, Requester};
use crate::policy::assurance::Assurance;
use crate::policy::obligation::Obligation;
use crate::policy::obligations::Obligations;
use crate::record::own_act::OwnAct;
use crate::record::signer::{LocalSigner, Signer as _};
use crate::review::decision::SeenHead;
use crate::review::directory::ChannelIdentity;
use crate::review::envelope::{Payload, Unsigned};
use crate::review::statement::Stop;

pub(super) const ORIGIN: &str = "example.org/test";

thread_local! {
    pub(super) static SHARED: Shared = Shared::new();
}

/// What costs time to make and is always the same.
pub(super) struct Shared {
    documents: Vec<(Digest, Document)>,
    recorder: approvals_log::PublicKey,
    pub(super) grantor: approvals_log::PublicKey,
}

impl Shared {
    fn new() -> Self {
        let describe = |slot: usize| {
            let mut call = Description::new(4096, BTreeMap::new());
            if slot == OWN_ACT {
                OwnAct::lift(Digest::ZERO, &Stop::Everything, "").describe(&mut call).unwrap();
            } else {
                let action = DynamicAction::from_json(&format!("act.n{slot}"), b"{}").unwrap();
                action.describe(&mut call).unwrap();
            }
            let intake = call.seal(ORIGIN, &requester()).unwrap();
            (intake.digest, intake.document().unwrap())
        };
        let key = |seed| LocalSigner::from_seed(&[seed; 32]).unwrap().public_key();
        Self { documents: (0..SLOTS).map(describe).collect(), recorder: key(1), grantor: key(2) }
    }
}

pub(super) fn document(slot: usize) -> (Digest, Document) {
    SHARED.with(|shared| shared.documents[slot].clone())
}

pub(super) fn envelope<T: Payload>(contents: &T) -> Envelope<T> {
    let key = SHARED.with(|shared| shared.recorder);
    Unsigned::new(contents).unwrap().sign(&key, [0; 64])
}

pub(super) fn channel(web: bool) -> &'static str {
    if web { "web" } else { "chat" }
}

pub(super) fn id(n: usize) -> RequestId {
    format!("00000000-0000-4000-8000-{n:012}").parse().unwrap()
}

pub(super) fn requester() -> Requester {
    Requester::new(Principal::agent(AGENT).unwrap()).on_behalf_of(Principal::human(OWNER).unwrap())
}

pub(super) fn time(millis: Millis) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(super) fn span(millis: Millis) -> Duration {
    Duration::from_millis(millis.unsigned_abs())
}

pub(super) fn principal(person: &Person) -> Principal {
    let known = match person.name {
        name if person.is_human => Principal::human(name),
        AGENT => Principal::agent(AGENT),
        name => Principal::service(name),
    };
    let known = known.unwrap().also_known_as(person.others.iter().copied()).unwrap();
    person.groups.iter().fold(known, |known, (group, since)| match since {
        None => known.member_of([*group]).unwrap(),
        Some(since) => known.member_since(group, time(*since)).unwrap(),
    })
}

pub(super) fn obligation(rule: &Rule) -> Obligation {
    let mut one = Obligation::new(rule.name).unwrap();
    for (group, count) in &rule.seats {
        one = one.seats(group, u32::try_from(*count).unwrap()).unwrap();
    }
    if let Some((after, group)) = rule.escalate {
        one = one.escalate(span(after), group).unwrap();
    }
    one = match rule.place {
        Place::Anywhere => one,
        Place::Chat => one.in_channel("chat"),
        Place::ThenWeb(Some(after)) => one.in_channel("chat").channel_after(span(after), "web"),
        Place::ThenWeb(None) => one.in_channel("chat").channel_if_undelivered("web"),
    };
    Obligation {
        approve_within: span(rule.approve_within),
        vote_lives: span(rule.vote_lives),
        execute_within: span(rule.execute_within),
        cool_off: span(rule.cool_off),
        owner_may_approve: rule.owner_may,
        shared: rule.shared,
        remind: rule.remind.into_iter().map(span).collect(),
        ..one.veto(u32::try_from(rule.veto).unwrap())
    }
}

pub(super) fn verdict(asked: &Asked) -> Verdict {
    match asked {
        Asked::Allow => Verdict::Allow,
        Asked::Deny => Verdict::Deny("no".into()),
        Asked::Review(rules) => Verdict::Review(Obligations::new(rules.iter().map(obligation))),
    }
}

pub(super) fn ruling(verdict: Verdict) -> Ruling {
    Ruling::new(verdict, vec![], Digest::of("policy", b"p"))
}

pub(super) fn seen() -> SeenHead {
    SeenHead { root: String::new(), size: 0 }
}

pub(super) fn statement(person: Principal, says: Says, at: Timestamp, reason: String) -> Statement {
    let identity = ChannelIdentity::new("c", person.id().as_str()).unwrap();
    Statement {
        assurance: Assurance::ChannelAttested,
        at,
        identity,
        log: ORIGIN.into(),
        person,
        reason,
        says,
        seen: seen(),
    }
}

pub(super) fn execution(how: How) -> Execution {
    match how {
        How::Succeeded => Execution::Succeeded,
        How::Failed => Execution::Failed,
        How::Panicked => Execution::Panicked,
        How::Dropped => Execution::Dropped,
        How::Changed => Execution::Changed,
        How::NotRun => Execution::NotRun,
    }
}

pub(super) fn cause(why: Why) -> Cause {
    let by = || "u:fay".parse().unwrap();
    let reason = || "r".to_owned();
    match why {
        Why::Denied => Cause::Denied { reason: reason() },
        Why::Rejected => Cause::Rejected { by: by() },
        Why::Expired => Cause::Expired,
        Why::Withdrawn => Cause::Withdrawn,
        Why::Revoked => Cause::Revoked { by: None, reason: reason() },
        Why::RevokedBySomebody => Cause::Revoked { by: Some(by()), reason: reason() },
        Why::Undeliverable => Cause::Undeliverable,
        Why::Unsatisfiable => Cause::Unsatisfiable { reason: reason() },
        Why::Stopped => Cause::Stopped { stop: Digest::ZERO, reason: reason() },
    }
}

pub(super) fn stop(scope: Scope) -> Stop {
    match scope {
        Scope::Everything => Stop::Everything,
        Scope::Principal(name) => Stop::Principal(name.parse().unwrap()),
        Scope::Slot(slot) => Stop::Action(document(slot).1.action),
    }
}
