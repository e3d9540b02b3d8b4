//! One chat service, for one gate.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use approvals_core::{
    ApproverError, Ballot, Card, ChannelIdentity, Choice, Desk, Digest, Nudge, Outbox, Presented,
    RequestId, WeakDesk,
};
use futures_util::future::join_all;

use crate::locks::Locks;
use crate::problem::Problem;
use crate::service::{Service, View};

/// How many late clicks are remembered.
const MAX_LATE: usize = 10_000;

/// Shows the cards of one gate in a chat service, and hands in what is clicked under them. Clones are the same.
///
/// [The page of this crate](crate) has an example.
#[derive(Debug)]
pub struct Chat<S: Service>(Arc<Inner<S>>);

#[derive(Debug)]
struct Inner<S: Service> {
    service: S,
    desk: Mutex<Option<WeakDesk>>,
    /// The message of one request in one conversation is posted by one task at a time.
    posting: Locks<(RequestId, S::Target)>,
    /// And all of a request are changed by one.
    changing: Locks<RequestId>,
    /// The presses that this process is deciding.
    deciding: Mutex<HashSet<Digest>>,
    /// What the service gave along with presses that are not decided yet: whoever decides one may have it from the ledger.
    hints: Mutex<HashMap<Digest, Hidden<S::Hint>>>,
    /// What was pressed after the end, as far as anybody remembers.
    late: Mutex<HashSet<(RequestId, ChannelIdentity, Choice)>>,
}

/// What is not printed: with what a service gives along with a click, something can be opened or answered.
struct Hidden<T>(T);

impl<T> std::fmt::Debug for Hidden<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl<S: Service> Clone for Chat<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A [`Chat`] that does not keep it: for whoever the approver itself keeps. [The page of this crate](crate) has an example.
#[derive(Debug)]
pub struct WeakChat<S: Service>(std::sync::Weak<Inner<S>>);

impl<S: Service> WeakChat<S> {
    /// The chat, as long as somebody keeps it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Chat<S>> {
        self.0.upgrade().map(Chat)
    }
}

/// A press that this process is deciding, until this is dropped.
#[derive(Debug)]
pub(crate) struct Deciding<S: Service> {
    chat: Chat<S>,
    press: Digest,
}

impl<S: Service> Drop for Deciding<S> {
    fn drop(&mut self) {
        lock(&self.chat.0.deciding).remove(&self.press);
        lock(&self.chat.0.hints).remove(&self.press);
    }
}

/// What the service gave along with a press that is not in the ledger yet: forgotten when this is dropped.
#[derive(Debug)]
pub(crate) struct Hinted<S: Service> {
    chat: Chat<S>,
    /// Until it is in the ledger.
    press: Option<Digest>,
}

impl<S: Service> Drop for Hinted<S> {
    fn drop(&mut self) {
        if let Some(press) = self.press {
            lock(&self.chat.0.hints).remove(&press);
        }
    }
}

impl<S: Service> Hinted<S> {
    /// It is in the ledger, as this press: whoever decides that has the hint, unless that is done.
    pub(crate) fn keep_for(mut self, press: Digest) {
        let mut hints = lock(&self.chat.0.hints);
        if let Some(hint) = self.press.take().and_then(|press| hints.remove(&press)) {
            hints.insert(press, hint);
        }
    }
}

impl<S: Service> Chat<S> {
    /// A chat that belongs to no gate yet.
    pub fn new(service: S) -> Self {
        Self(Arc::new(Inner {
            service,
            desk: Mutex::default(),
            posting: Locks::default(),
            changing: Locks::default(),
            deciding: Mutex::default(),
            hints: Mutex::default(),
            late: Mutex::default(),
        }))
    }

    /// The same, without keeping it.
    #[must_use]
    pub fn downgrade(&self) -> WeakChat<S> {
        WeakChat(Arc::downgrade(&self.0))
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> &S {
        &self.0.service
    }

    /// Belongs to the gate of that desk from here on, unless it belongs to one that is there.
    pub fn belong_to(&self, desk: &Desk) -> Result<(), Problem> {
        let mut mine = lock(&self.0.desk);
        if mine.as_ref().is_some_and(|desk| desk.upgrade().is_some()) {
            return Err(Problem::Taken);
        }
        *mine = Some(desk.downgrade());
        Ok(())
    }

    /// The desk of its gate, if that is there.
    pub fn desk(&self) -> Result<Desk, Problem> {
        lock(&self.0.desk).as_ref().and_then(WeakDesk::upgrade).ok_or(Problem::NoGate)
    }

    /// Puts a card before people, wherever it belongs: what [`Approver::present`](approvals_core::Approver::present) does.
    /// It is shown if it is shown anywhere; where that failed for now, it is tried again.
    pub async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let targets = self.service().targets(card);
        // All at once: one that the service puts off keeps nobody from seeing the others.
        let showing = join_all(targets.iter().map(|target| self.show(desk, card, target)));
        let (mut shown, mut failed) = (None, Vec::new());
        for (target, outcome) in targets.iter().zip(showing.await) {
            match outcome {
                Ok(message) => shown = shown.or(Some(message)),
                Err(problem) => {
                    tracing::warn!(request = %card.id(), %target, error = &problem as &dyn std::error::Error, "a card is not shown in one conversation");
                    failed.push((target, problem));
                }
            }
        }
        if let Some(message) = shown {
            // Whoever is asked elsewhere is to see it as well.
            for (target, _problem) in failed.iter().filter(|(_, problem)| problem.is_passing()) {
                self.show_later(desk, card, target);
            }
            return Ok(Presented::as_message(message));
        }
        failed.sort_by_key(|(_, problem)| problem.is_passing());
        match failed.pop() {
            Some((_target, problem)) => Err(problem.into()),
            None => Ok(Presented::new()),
        }
    }

    /// Moves people who have not decided: what [`Approver::nudge`](approvals_core::Approver::nudge) does.
    pub async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        let desk = self.desk()?;
        let (view, target) = match nudge {
            // Where else it is shown now, the card says.
            Nudge::Reminder { .. } | Nudge::Channel { .. } | Nudge::Fallback { .. } => {
                (View::Reminder(card), None)
            }
            Nudge::Escalation { group, .. } => {
                (View::Escalation { card, group }, self.service().target_of(group))
            }
        };
        if let Err(problem) = self.refresh(&desk, card.id()).await {
            tracing::warn!(request = %card.id(), error = &problem as &dyn std::error::Error, "a card is not up to date");
        }
        self.reply_to_all(&desk, card.id(), view).await?;
        let Some(target) = target else { return Ok(()) };
        match self.show(&desk, card, &target).await {
            Err(problem) if problem.is_passing() => self.show_later(&desk, card, &target),
            other => drop(other?),
        }
        Ok(())
    }

    /// Makes every message show where a request stands: what
    /// [`Approver::update`](approvals_core::Approver::update) does. What is shown is what the ledger has, which may be
    /// further on than what the gate tells.
    pub async fn update(&self, card: &Card) -> Result<(), ApproverError> {
        Ok(self.refresh(&self.desk()?, card.id()).await?)
    }

    pub(crate) fn outbox(&self, desk: &Desk) -> Outbox {
        desk.outbox(self.service().name())
    }

    pub(crate) fn posting(&self) -> &Locks<(RequestId, S::Target)> {
        &self.0.posting
    }

    pub(crate) fn changing(&self) -> &Locks<RequestId> {
        &self.0.changing
    }

    /// Begins to decide a press, unless this process is doing so already.
    pub(crate) fn begin(&self, press: Digest) -> Option<Deciding<S>> {
        let is_first = lock(&self.0.deciding).insert(press);
        is_first.then(|| Deciding { chat: self.clone(), press })
    }

    /// Keeps what the service gave along with a press, for whoever will decide it.
    pub(crate) fn expect(&self, press: Digest, hint: Option<S::Hint>) -> Hinted<S> {
        if let Some(hint) = hint {
            lock(&self.0.hints).insert(press, Hidden(hint));
        }
        Hinted { chat: self.clone(), press: Some(press) }
    }

    /// What the service gave along with a press, as long as it is not decided.
    pub(crate) fn hint_of(&self, press: Digest) -> Option<S::Hint> {
        lock(&self.0.hints).get(&press).map(|Hidden(hint)| hint.clone())
    }

    /// Whether this account has not said this before after the request was over. More often, it costs nothing.
    pub(crate) fn is_first_after_the_end(
        &self,
        identity: &ChannelIdentity,
        ballot: &Ballot,
    ) -> bool {
        let mut late = lock(&self.0.late);
        if late.len() >= MAX_LATE {
            late.clear();
        }
        late.insert((ballot.request, identity.clone(), ballot.choice))
    }
}

fn lock<T>(part: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
