//! What waits for the person at the terminal: shared by whoever presents and the one thread that asks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use approvals_core::{Card, Desk, Phase, RequestId};
use tokio::runtime::Handle;

use crate::error::TerminalError;

/// How many requests may wait; more than a person works off before they expire.
pub(crate) const MAX_WAITING: usize = 100;

/// One request to ask about.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) card: Card,
    pub(crate) desk: Desk,
    /// Where the desk's work is done: the runtime that presented the card.
    pub(crate) runtime: Handle,
}

/// The requests in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    is_stopped: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    /// The request at the terminal now, and what became of it elsewhere.
    current: Option<(RequestId, Option<Phase>)>,
    /// Whether there is a thread that asks.
    is_served: bool,
}

impl Queue {
    /// Puts a request last, unless it waits already. Whoever gets `true` must start the thread.
    pub(crate) fn join(&self, job: Job) -> Result<bool, TerminalError> {
        let mut state = self.state();
        let id = job.card.id();
        let is_current = state.current.as_ref().is_some_and(|(current, _)| *current == id);
        if is_current || state.waiting.iter().any(|job| job.card.id() == id) {
            return Ok(false);
        }
        if state.waiting.len() >= MAX_WAITING {
            return Err(TerminalError::Full);
        }
        state.waiting.push_back(job);
        Ok(!std::mem::replace(&mut state.is_served, true))
    }

    /// Takes note that a request is no longer open.
    pub(crate) fn end(&self, id: RequestId, phase: &Phase) {
        let mut state = self.state();
        state.waiting.retain(|job| job.card.id() != id);
        if let Some((current, ended)) = &mut state.current
            && *current == id
        {
            *ended = Some(phase.clone());
        }
    }

    /// The next request to ask about. After `None` the thread is expected to end.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut state = self.state();
        let job = state.waiting.pop_front();
        state.current = job.as_ref().map(|job| (job.card.id(), None));
        state.is_served = job.is_some();
        job
    }

    /// What became elsewhere of the request that is asked about, if it is no longer open.
    pub(crate) fn ended(&self) -> Option<Phase> {
        self.state().current.as_ref()?.1.clone()
    }

    /// How many requests wait behind the one that is asked about.
    pub(crate) fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// Forgets everything: there is nobody to ask.
    pub(crate) fn abandon(&self) {
        let abandoned = std::mem::take(&mut *self.state());
        // Outside the lock, since the last desk may take the gate and its approver with it.
        drop(abandoned);
    }

    /// Ends the thread at its next look.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Acquire)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
