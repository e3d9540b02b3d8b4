//! Which calls of one action count at a moment, and for how much: a fold over the whole log.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::body::Body;
use super::event::{Event, Execution, What};
use super::ledger::{Entry, LedgerError};
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::{ActionName, PrincipalId, RequestId};
use crate::policy::policy::Verdict;
use crate::review::request::Request;

/// What is counted.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    /// Calls of this action,
    pub(super) action: ActionName,
    /// for as much as this argument of each says, or one each,
    pub(super) argument: Option<String>,
    /// for so long after it ran.
    pub(super) window: Duration,
}

impl Counting {
    /// For how much a call with these arguments counts.
    pub(super) fn amount<'v>(&self, argument: impl Fn(&str) -> Option<&'v Value>) -> i64 {
        self.argument.as_ref().map_or(1, |name| {
            let value = argument(name).and_then(Value::as_i64);
            value.map_or(MOST, |value| value.clamp(0, MOST))
        })
    }
}

/// The largest total, and what an amount counts for that is no integer: no fact can be greater.
pub(super) const MOST: i64 = (1 << 53) - 1;

/// The calls that count, or may yet, as the log tells them up to some entry.
#[derive(Debug)]
pub(super) struct Tally {
    next: u64,
    latest: Timestamp,
    calls: HashMap<RequestId, Call>,
    forgotten: Timestamp,
}

#[derive(Debug)]
struct Call {
    requester: PrincipalId,
    amount: i64,
    /// Until when it counts.
    until: Timestamp,
    /// Whether it may be started again when it has told nothing for a while.
    is_repeatable: bool,
    starts: u32,
    /// Whether nothing more can happen to it.
    is_over: bool,
}

impl Default for Tally {
    fn default() -> Self {
        let start = Timestamp::from_millis(i64::MIN);
        Self { next: 0, latest: start, calls: HashMap::new(), forgotten: start }
    }
}

impl Tally {
    /// The index of the entry to be read next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Reads the next entry of the log. One that cannot be read stays the next.
    pub(super) fn read(&mut self, entry: &Entry, counting: &Counting) -> Result<(), LedgerError> {
        let (first, last) = (self.next.min(entry.index), entry.index);
        let damaged = |detail: String| LedgerError::Damaged { first, last, detail };
        if entry.index != self.next {
            return Err(damaged("entries are missing, or not in order".into()));
        }
        let event = Event::parse(&entry.bytes).map_err(|error| damaged(error.to_string()))?;
        if event.request != entry.request {
            return Err(damaged("the event is about another request than its entry".into()));
        }
        // Times are claims. One that is earlier than those before it would let a call leave the window early.
        let time = self.latest.max(event.at);
        if let Some(id) = event.request {
            self.apply(id, &event.what, entry, time, counting).map_err(damaged)?;
        }
        self.latest = time;
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// What one event changes; the only place that knows the kinds of events.
    fn apply(
        &mut self,
        id: RequestId,
        what: &What,
        entry: &Entry,
        time: Timestamp,
        counting: &Counting,
    ) -> Result<(), String> {
        let call = self.calls.get_mut(&id);
        match what {
            What::Requested { request, document } => {
                if let Some(call) = asked(request, document, entry, time, counting)? {
                    self.calls.insert(id, call);
                }
            }
            What::Granted { grant } => {
                if let Some(call) = call {
                    let claims = grant.claims().map_err(|error| error.to_string())?;
                    call.until = claims.expires_at().max(time).after(counting.window);
                }
            }
            What::Started { .. } => {
                if let Some(call) = call {
                    call.until = time.after(counting.window);
                    call.starts = call.starts.saturating_add(1);
                }
            }
            What::Finished { execution, .. } => match call {
                Some(call) if call.may_have_run(*execution) => {
                    call.until = time.after(counting.window);
                    call.is_over = !(call.is_repeatable && *execution == Execution::Dropped);
                }
                Some(_never_ran) => drop(self.calls.remove(&id)),
                None => {}
            },
            What::Closed { .. } => drop(self.calls.remove(&id)),
            What::KeyAdded { .. }
            | What::PolicyLoaded { .. }
            | What::Stated { .. }
            | What::Lifted { .. }
            | What::StandingIssued { .. }
            | What::StandingUsed { .. }
            | What::Routed { .. }
            | What::Nudged { .. }
            | What::Late { .. }
            | What::Presented { .. }
            | What::Undelivered { .. }
            | What::Post { .. }
            | What::Pressed { .. }
            | What::Dismissed { .. }
            | What::Challenged { .. }
            | What::Decided { .. } => {}
        }
        Ok(())
    }

    /// Drops what no longer counts, and did not so for `slack` before `now`.
    pub(super) fn forget(&mut self, now: Timestamp, slack: Duration) {
        let slack = i64::try_from(slack.as_millis()).unwrap_or(i64::MAX);
        let horizon = Timestamp::from_millis(now.as_millis().saturating_sub(slack));
        self.forgotten = self.forgotten.max(horizon);
        self.calls.retain(|_, call| !call.is_over || call.until >= self.forgotten);
    }

    /// Whether a call may be forgotten that counts at `now`: then the log has to be read anew.
    pub(super) fn is_past(&self, now: Timestamp) -> bool {
        now < self.forgotten
    }

    /// What the calls of `requester`, or of all, add up to at `now`, without that of `except`.
    pub(super) fn total(
        &self,
        now: Timestamp,
        requester: Option<&PrincipalId>,
        except: Option<RequestId>,
    ) -> i64 {
        let counts = |(id, call): &(&RequestId, &Call)| {
            call.until >= now
                && Some(**id) != except
                && requester.is_none_or(|requester| call.requester == *requester)
        };
        let amounts = self.calls.iter().filter(counts).map(|(_, call)| call.amount);
        amounts.fold(0, i64::saturating_add).min(MOST)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.calls.len()
    }
}

impl Call {
    /// Whether the body may have done something.
    fn may_have_run(&self, execution: Execution) -> bool {
        match execution {
            Execution::Succeeded | Execution::Failed | Execution::Panicked | Execution::Dropped => {
                true
            }
            // What an earlier start of the same call has done is not known.
            Execution::Changed | Execution::NotRun => self.starts > 1,
        }
    }
}

/// The call that is asked for, if it is one that counts.
fn asked(
    request: &Request,
    document: &Body,
    entry: &Entry,
    time: Timestamp,
    counting: &Counting,
) -> Result<Option<Call>, String> {
    if matches!(request.ruling.verdict, Verdict::Deny(_)) {
        return Ok(None);
    }
    let bytes = document.bytes(request.action, |digest| {
        let beside = entry.attachments.iter().find(|attachment| attachment.digest == digest);
        beside.map(|attachment| attachment.bytes.as_slice())
    });
    let document = Document::parse(bytes.ok_or("the action's document is not there")?);
    let document = document.map_err(|error| error.to_string())?;
    if document.action != counting.action {
        return Ok(None);
    }
    let amount = counting.amount(|name| document.arguments.get(name));
    Ok(Some(Call {
        requester: request.requester.principal().id().clone(),
        amount,
        until: request.approve_by.max(time).after(counting.window),
        is_repeatable: document.retry_after_ms.is_some(),
        starts: 0,
        is_over: false,
    }))
}
