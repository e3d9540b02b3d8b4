//! The stages of a call, for those who watch from outside: a span each, and how long it took.

use std::future::Future;

use metrics::histogram;
use tokio::time::Instant;
use tracing::{Instrument as _, Span, debug_span};

use crate::action::id::RequestId;

/// Something that a call goes through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// It becomes bytes.
    Describe,
    /// The policy rules, after the facts that it needs are known.
    Rule,
    /// It is recorded, with what the policy says.
    Ask,
    /// People decide.
    Wait,
    /// All is looked at once more, and the grant is used up.
    Start,
    /// The body runs.
    Body,
    /// It is recorded how the body ended.
    Record,
}

impl Stage {
    /// Goes through this stage. If the caller gives up on the way, the time until then counts.
    pub(super) async fn of<F: Future>(self, request: Option<RequestId>, future: F) -> F::Output {
        let _timed = Timed { stage: self.name(), began: Instant::now() };
        // On the heap, so that callers' futures stay small.
        Box::pin(future).instrument(self.span(request)).await
    }

    /// Goes through this stage at once.
    pub(super) fn within<T>(self, request: Option<RequestId>, work: impl FnOnce() -> T) -> T {
        let _timed = Timed { stage: self.name(), began: Instant::now() };
        self.span(request).in_scope(work)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Rule => "rule",
            Self::Ask => "ask",
            Self::Wait => "wait",
            Self::Start => "start",
            Self::Body => "body",
            Self::Record => "record",
        }
    }

    fn span(self, request: Option<RequestId>) -> Span {
        let request = request.map(tracing::field::display);
        match self {
            Self::Describe => debug_span!("describe", request),
            Self::Rule => debug_span!("rule", request),
            Self::Ask => debug_span!("ask", request),
            Self::Wait => debug_span!("wait", request),
            Self::Start => debug_span!("start", request),
            Self::Body => debug_span!("body", request),
            Self::Record => debug_span!("record", request),
        }
    }
}

/// Measures until it is dropped.
struct Timed {
    stage: &'static str,
    began: Instant,
}

impl Drop for Timed {
    fn drop(&mut self) {
        let seconds = self.began.elapsed().as_secs_f64();
        histogram!("approvals_stage_seconds", "stage" => self.stage).record(seconds);
    }
}
