//! What must be so after every run, told from the log, from what bodies saw, and from what was said.

use std::collections::{BTreeMap, BTreeSet};

use approvals::*;

use crate::around::SILENCE;
use crate::plan::Deed;
use crate::site::{Failure, ORIGIN, Seen};

/// The log, read once more without the library's own checks.
#[derive(Debug)]
pub(crate) struct Log {
    events: Vec<Event>,
    documents: BTreeMap<RequestId, Document>,
    requests: BTreeMap<RequestId, Request>,
    trail: Result<Trail, TrailError>,
}

impl Log {
    pub(crate) fn read(entries: &[Entry]) -> Self {
        let events: Vec<_> =
            entries.iter().map(|entry| Event::parse(&entry.bytes).unwrap()).collect();
        let mut trail = Trail::new(ORIGIN);
        let read = entries.iter().try_for_each(|entry| trail.read(entry));
        let (mut documents, mut requests) = (BTreeMap::new(), BTreeMap::new());
        for event in &events {
            if let What::Requested { request, document: Body::Inline(text) } = &event.what {
                documents.insert(request.id, Document::parse(text.as_bytes()).unwrap());
                requests.insert(request.id, request.clone());
            }
        }
        Self { events, documents, requests, trail: read.map(|()| trail) }
    }

    fn of(&self, request: RequestId) -> impl Iterator<Item = (u64, &Event)> {
        let all = (0_u64..).zip(&self.events);
        all.filter(move |(_, event)| event.request == Some(request))
    }

    /// The requests of one deed.
    fn asked(&self, deed: Deed) -> Vec<RequestId> {
        let of_deed = |(id, document): (&RequestId, &Document)| {
            let same = document.action.as_str() == deed.action
                && document.arguments.get("n").and_then(serde_json::Value::as_u64)
                    == Some(deed.number)
                && document.retry_after_ms.is_some() == deed.repeatable
                && self.requests[id].key.is_some() == deed.keyed;
            same.then_some(*id)
        };
        self.documents.iter().filter_map(of_deed).collect()
    }

    fn closes(&self, deed: Deed, by: impl Fn(&Cause) -> bool) -> bool {
        let all = self.asked(deed);
        let mut events = all.iter().flat_map(|id| self.of(*id));
        events.any(|(_, event)| matches!(&event.what, What::Closed { cause } if by(cause)))
    }

    fn starts(&self, request: RequestId) -> Vec<(u64, u64, Timestamp)> {
        let start = |(index, event): (u64, &Event)| match &event.what {
            What::Started { fence, .. } => Some((index, *fence, event.at)),
            _other => None,
        };
        self.of(request).filter_map(start).collect()
    }

    pub(crate) fn lines(&self) -> String {
        let line = |(n, event): (usize, &Event)| {
            let id: String = event.request.map(|id| id.to_string()).unwrap_or_default();
            let what: String = format!("{:?}", event.what).chars().take(150).collect();
            format!("{n:>4} {} {id:>36} {what}\n", event.at.as_millis())
        };
        self.events.iter().enumerate().map(line).collect()
    }
}

/// Everything that is not as it was promised.
pub(crate) fn breaches(log: &Log, seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    if let Err(error) = &log.trail {
        found.push(format!("the log does not hold: {error}"));
    }
    if seen.panics > 0 {
        found.push("something panicked".into());
    }
    found.extend(bodies(log, seen));
    found.extend(stopped(log, seen));
    found.extend(votes(log, seen));
    found.extend(log.documents.keys().flat_map(|request| counted(log, *request)));
    found.extend(seen.told.iter().filter_map(|(call, deed, result)| {
        told(log, seen, *call, *deed, result)
            .map(|why| format!("{deed:?} was told {result:?}: {why}"))
    }));
    found
}

/// Each body ran because of one start that nobody else ran by, and that something allowed.
fn bodies(log: &Log, seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    let mut by_start = BTreeSet::new();
    for begun in &seen.begun {
        let (request, fence) = (begun.request, begun.fence);
        if !by_start.insert((request, fence)) {
            found.push(format!("two bodies of {request} ran as its start {fence}"));
        }
        let starts = log.starts(request);
        let own: Vec<_> =
            starts.iter().filter(|(index, of, _)| *of == fence && *index < begun.entries).collect();
        let [(index, ..)] = own.as_slice() else {
            found.push(format!("a body of {request} ran with {} starts before it", own.len()));
            continue;
        };
        let asked = &log.requests[&request];
        let is_granted = log
            .of(request)
            .any(|(n, event)| n < *index && matches!(event.what, What::Granted { .. }));
        let is_allowed = asked.ruling.verdict == Verdict::Allow || asked.standing.is_some();
        if !is_allowed && !is_granted {
            found.push(format!("a body of {request} ran, and nobody had let it"));
        }
        let runs = seen.begun.iter().filter(|other| other.request == request).count();
        let is_repeatable = log.documents[&request].retry_after_ms.is_some();
        if runs > 1 && !is_repeatable {
            found.push(format!("{request} ran {runs} times"));
        }
        let too_soon = starts.windows(2).any(|two| two[0].2.until(two[1].2) < SILENCE);
        if too_soon {
            found.push(format!("{request} was started again while it may have been running"));
        }
    }
    found
}

/// From a stop to its end, nothing of its kind starts; and what was said to be stopped is.
fn stopped(log: &Log, seen: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    let mut stops: BTreeMap<Digest, (u64, Stop)> = BTreeMap::new();
    let mut ever = BTreeMap::new();
    for (index, event) in (0_u64..).zip(&log.events) {
        match &event.what {
            What::Stated { envelope } => {
                if let Says::Stop { scope } = envelope.unverified().unwrap().says {
                    let id = envelope.digest().unwrap();
                    stops.insert(id, (index, scope));
                    ever.insert(id, index);
                }
            }
            What::Lifted { stop, .. } => drop(stops.remove(stop)),
            What::Started { .. } => {
                let document = &log.documents[&event.request.unwrap()];
                let hits = stops.values().filter(|(_, scope)| covers(scope, document));
                found.extend(hits.map(|(since, _)| {
                    format!("event {index} starts what is stopped since {since}")
                }));
            }
            _other => {}
        }
    }
    let missing =
        seen.stops.iter().filter(|(id, entries)| ever.get(id).is_none_or(|index| index >= entries));
    found.extend(missing.map(|(id, _)| format!("the stop {id} was acknowledged and is not there")));
    found
}

fn covers(scope: &Stop, document: &Document) -> bool {
    let is_own_act = document.action.as_str().starts_with("approvals.");
    !is_own_act
        && match scope {
            Stop::Everything => true,
            Stop::Principal(id) => *id == document.requester || document.on_behalf_of.contains(id),
            Stop::Action(name) => *name == document.action,
        }
}

/// What the desk said that it took is in the log, once.
fn votes(log: &Log, seen: &Seen) -> Vec<String> {
    let decided = |event: &Event| match &event.what {
        What::Decided { envelope } => envelope.unverified().ok(),
        _other => None,
    };
    let decided: Vec<_> = log.events.iter().filter_map(decided).collect();
    let is_there = |vote: &&(ChannelIdentity, RequestId, Choice)| {
        decided
            .iter()
            .any(|one| (&one.identity, one.request, one.choice) == (&vote.0, vote.1, vote.2))
    };
    let missing = seen.votes.iter().filter(|vote| !is_there(vote));
    missing.map(|vote| format!("a vote was taken and is not there: {vote:?}")).collect()
}

/// Nobody was counted who asks, is no person, or was counted already.
fn counted(log: &Log, request: RequestId) -> Vec<String> {
    let mut found = Vec::new();
    let document = &log.documents[&request];
    let grants = log.of(request).filter_map(|(_, event)| match &event.what {
        What::Granted { grant } => grant.claims().ok(),
        _other => None,
    });
    let grants: Vec<_> = grants.collect();
    if grants.len() > 1 {
        found.push(format!("{request} was granted {} times", grants.len()));
    }
    for claims in grants {
        let names: Vec<_> = claims.detail().approvers.iter().map(PrincipalId::as_str).collect();
        let is_excluded = |name: &&&str| {
            !name.starts_with("u:")
                || document.requester.as_str() == **name
                || document.on_behalf_of.iter().any(|id| id.as_str() == **name)
        };
        found.extend(names.iter().find(is_excluded).map(|name| format!("{name} was counted")));
        let unique: BTreeSet<_> =
            names.iter().map(|name| name.trim_end_matches("-admin")).collect();
        if unique.len() < names.len() {
            found.push(format!("somebody was counted twice among {names:?}"));
        }
    }
    found
}

/// Why what a caller was told is not so, if it is not.
fn told(
    log: &Log,
    seen: &Seen,
    call: usize,
    deed: Deed,
    result: &Result<(), Failure>,
) -> Option<String> {
    let mut ran = seen.begun.iter().filter(|begun| begun.call == call);
    let body = ran.next();
    if ran.next().is_some() {
        return Some("its body ran more than once".into());
    }
    let denied = match (result, body) {
        (Ok(()), Some(body)) => return ended(log, body.request, body.fence, Execution::Succeeded),
        (Err(Failure::Own), Some(body)) => {
            return ended(log, body.request, body.fence, Execution::Failed);
        }
        (Ok(()) | Err(Failure::Own), None) => return Some("its body did not run".into()),
        (Err(Failure::Denied(_)), Some(_)) => return Some("its body did run".into()),
        (Err(Failure::Denied(denied)), None) => denied,
    };
    let is_so = match denied {
        Denied::Rejected { by, .. } => {
            log.closes(deed, |cause| matches!(cause, Cause::Rejected { by: named } if named == by))
        }
        Denied::InDoubt { request, .. } | Denied::AlreadyRan { request, .. } => {
            !log.starts(*request).is_empty()
        }
        Denied::Withdrawn => {
            log.closes(deed, |cause| *cause == Cause::Withdrawn)
                || log.asked(deed).iter().flat_map(|id| log.of(*id)).any(|(_, event)| {
                    matches!(event.what, What::Finished { execution: Execution::NotRun, .. })
                })
        }
        Denied::Unsatisfiable { .. } => {
            log.closes(deed, |cause| matches!(cause, Cause::Unsatisfiable { .. }))
        }
        Denied::Stopped { .. } => {
            log.events.iter().any(|event| matches!(&event.what, What::Stated { .. }))
        }
        Denied::Expired | Denied::ByPolicy { .. } => !log.asked(deed).is_empty(),
        // A standing grant may be retired between its use and the request that it was used for.
        Denied::Revoked { .. } => {
            let is_use = |event: &Event| matches!(event.what, What::StandingUsed { .. });
            !log.asked(deed).is_empty() || log.events.iter().any(is_use)
        }
        // Without a pause after a rejection, still one that came in while it was being asked for.
        Denied::TooMany { .. } | Denied::JustRejected { .. } => log
            .events
            .iter()
            .any(|event| matches!(&event.what, What::Closed { cause: Cause::Rejected { .. } })),
        Denied::Unavailable { .. } => true,
        // Nothing in the plan leads to any other.
        _other => false,
    };
    (!is_so).then(|| "the log says otherwise".into())
}

/// What the log has of the end of one start: the end itself, or nothing where it could not be recorded.
fn ended(log: &Log, request: RequestId, fence: u64, how: Execution) -> Option<String> {
    let end = |(_, event): (u64, &Event)| match &event.what {
        What::Finished { execution, fence: of } if *of == fence => Some(*execution),
        _other => None,
    };
    let ends: Vec<_> = log.of(request).filter_map(end).collect();
    let is_so = ends.iter().all(|end| *end == how) && ends.len() <= 1;
    (!is_so).then(|| format!("the log has {ends:?}"))
}

/// How many requests stand as `wanted` says.
pub(crate) fn count(log: &Log, wanted: impl Fn(&State) -> bool) -> u64 {
    let states =
        log.trail.as_ref().map(|trail| trail.states().filter(|(_, state)| wanted(state)).count());
    states.unwrap_or_default() as u64
}
