//! Whose call it is, and what it is part of.

use serde::{Deserialize, Serialize};

use super::id::{NameError, RequestId, SessionId, TraceParent};
use super::principal::Requester;

/// The most calls that are made together.
pub(crate) const MAX_BATCH: usize = 32;

/// The longest intent, in bytes.
const MAX_INTENT: usize = 4096;

/// Whose calls these are and what they are part of: what a [scope](crate::Gate::scope) gives to every call in it.
///
/// All but the requester is a note: it is recorded with each request, people read session and intent on the card
/// among what nobody has checked, and no policy sees any of it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Context, Principal, Requester};
///
/// let owner = Principal::human("u:owner")?;
/// let requester = Requester::new(Principal::agent("agent:night")?).on_behalf_of(owner);
/// let context = Context::new(requester)
///     .session("run-17")?
///     .intent("Move last month's logs to cold storage")?
///     .trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")?;
/// assert_eq!(context.requester().principal().id().as_str(), "agent:night");
/// assert!(context.clone().trace("4bf92f3577b34da6a3ce929d0e0e4736").is_err());
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    requester: Requester,
    notes: Notes,
}

/// What a call is part of.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Context, Principal, Requester};
///
/// let requester = Requester::new(Principal::agent("agent:night")?);
/// let context = Context::new(requester).session("run-17")?.intent("Make room on the disks")?;
///
/// // On a card they are `card.request().notes`.
/// let notes = context.notes();
/// assert_eq!(notes.session, Some("run-17".parse()?));
/// assert_eq!(notes.intent.as_deref(), Some("Make room on the disks"));
/// assert!(notes.batch.is_empty() && notes.trace.is_none());
/// # Ok::<(), approvals::NameError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Notes {
    /// The requests that were made together with it, in their order, and it among them; none if it was made alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batch: Vec<RequestId>,
    /// What the agent says that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// The conversation or run that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Where it stands in a distributed trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceParent>,
}

impl Context {
    /// Calls of `requester`, and nothing more is known of them.
    #[must_use]
    pub fn new(requester: Requester) -> Self {
        Self { requester, notes: Notes::default() }
    }

    /// The same, in this session: the conversation, or the run, that the calls belong to.
    pub fn session(mut self, id: &str) -> Result<Self, NameError> {
        self.notes.session = Some(id.parse()?);
        Ok(self)
    }

    /// The same, for what the agent says that it is about: its own words, at most 4096 bytes.
    pub fn intent(mut self, words: impl Into<String>) -> Result<Self, NameError> {
        let words = words.into();
        if words.len() > MAX_INTENT {
            return Err(NameError::new("an intent", &words, "at most 4096 bytes"));
        }
        self.notes.intent = Some(words);
        Ok(self)
    }

    /// The same, in a distributed trace: the value of a `traceparent` header
    /// ([W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header)).
    pub fn trace(mut self, traceparent: &str) -> Result<Self, NameError> {
        self.notes.trace = Some(traceparent.parse()?);
        Ok(self)
    }

    /// The same, with notes that a caller in another process has made. Which calls were made together is for the gate to
    /// say: that is left as it is.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Context, Notes, Principal, Requester};
    ///
    /// let sent: Notes = serde_json::from_str(r#"{"intent":"Make room on the disks","session":"run-17"}"#)?;
    /// let context = Context::new(Requester::new(Principal::agent("agent:night")?)).noting(sent.clone())?;
    /// assert_eq!(context.notes(), &sent);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn noting(mut self, notes: Notes) -> Result<Self, NameError> {
        let Notes { batch: _, intent, session, trace } = notes;
        if let Some(words) = intent {
            self = self.intent(words)?;
        }
        self.notes.session = session.or(self.notes.session);
        self.notes.trace = trace.or(self.notes.trace);
        Ok(self)
    }

    /// The same, for one of several calls that are made together.
    pub(crate) fn in_batch(mut self, batch: &[RequestId]) -> Self {
        self.notes.batch = batch.to_vec();
        self
    }

    /// Whose calls they are.
    #[must_use]
    pub fn requester(&self) -> &Requester {
        &self.requester
    }

    /// What they are part of.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The same within `parent`: on behalf of everybody there, too, and part of the same unless it says otherwise.
    pub(crate) fn within(self, parent: &Self) -> Self {
        let (own, outer) = (self.notes, parent.notes.clone());
        let notes = Notes {
            batch: own.batch,
            intent: own.intent.or(outer.intent),
            session: own.session.or(outer.session),
            trace: own.trace.or(outer.trace),
        };
        Self { requester: self.requester.within(&parent.requester), notes }
    }
}

impl From<Requester> for Context {
    fn from(requester: Requester) -> Self {
        Self::new(requester)
    }
}

impl Notes {
    /// The place of this request in its batch, from 1.
    pub(crate) fn place_in_batch(&self, request: RequestId) -> Option<usize> {
        let at = self.batch.iter().position(|one| *one == request)?;
        at.checked_add(1)
    }

    /// Whether this request can have been made with these others.
    pub(crate) fn fit(&self, request: RequestId) -> bool {
        let is_alone = self.batch.is_empty();
        is_alone || self.batch.len() <= MAX_BATCH && self.place_in_batch(request).is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
#[path = "context_tests.rs"]
mod tests;
