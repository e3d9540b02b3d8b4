//! What a policy may judge by.

use serde_json::Value;

use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::ActionName;
use crate::action::principal::Requester;
use crate::action::risk::Risk;

/// One call, as a policy sees it.
///
/// What the agent wrote freely (its summary, its reason) is not here: it can never lower an obligation.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    document: &'a Document,
    requester: &'a Requester,
    now: Timestamp,
}

impl<'a> Facts<'a> {
    /// The facts of one call.
    #[must_use]
    pub fn new(document: &'a Document, requester: &'a Requester, now: Timestamp) -> Self {
        Self { document, requester, now }
    }

    /// The action's name.
    #[must_use]
    pub fn action(&self) -> &'a ActionName {
        &self.document.action
    }

    /// What it is done to.
    #[must_use]
    pub fn resource(&self) -> Option<&'a str> {
        self.document.resource.as_deref()
    }

    /// The risk, as the action's author sees it.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.document.risk
    }

    /// A bound argument by name. Chosen by the agent: let it tighten, never loosen.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&'a Value> {
        self.document.arguments.get(name)
    }

    /// Whose call it is.
    #[must_use]
    pub fn requester(&self) -> &'a Requester {
        self.requester
    }

    /// The log's origin, which names tenant and environment.
    #[must_use]
    pub fn origin(&self) -> &'a str {
        &self.document.log
    }

    /// When the question is asked.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}
