//! What a policy may judge by.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fact::{Fact, FactSet};
use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::{ActionName, RequestId};
use crate::action::principal::Requester;
use crate::action::risk::Risk;

/// One call, as a policy sees it.
///
/// What the agent wrote freely (its summary, its reason) is not here: it can never lower an obligation.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Fact, FactSet, Facts, Policy, PolicyFn, Timestamp, Verdict};
///
/// let policy = PolicyFn::new("small-exports/1", |call| {
///     let rows = call.argument("rows").and_then(|rows| rows.as_u64());
///     let is_test = call.fact("env.name") == Some(&Fact::from("test"));
///     match rows {
///         Some(..=100) if is_test => Verdict::Allow,
///         Some(_) | None => Verdict::Deny("at most 100 rows, and only in the test environment".into()),
///     }
/// })?;
///
/// // A gate makes them; here a test of the policy does.
/// # let document = Document::parse(br#"{"action":"db.export","arguments":{"rows":41},"log":"example.org/shop/test",
/// #     "on_behalf_of":[],"redacted":{},"requester":"agent:night","risk":"high","unbound":[]}"#)?;
/// # let requester = Requester::new(Principal::agent("agent:night")?);
/// let known = FactSet::from([("env.name".parse()?, "test".into())]);
/// let call = Facts::new(&document, &requester, Timestamp::from_millis(0));
/// assert_eq!(policy.rule(&call.with(&known))?.verdict, Verdict::Allow);
/// assert!(matches!(policy.rule(&call)?.verdict, Verdict::Deny(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    document: &'a Document,
    requester: &'a Requester,
    now: Timestamp,
    provided: Option<&'a FactSet>,
    request: Option<RequestId>,
}

impl<'a> Facts<'a> {
    /// The facts of one call.
    #[must_use]
    pub fn new(document: &'a Document, requester: &'a Requester, now: Timestamp) -> Self {
        Self { document, requester, now, provided: None, request: None }
    }

    /// The same, with what trusted providers state.
    #[must_use]
    pub fn with(self, provided: &'a FactSet) -> Self {
        Self { provided: Some(provided), ..self }
    }

    /// The same, about the request of this id: the one that it is in the ledger, or would become.
    #[must_use]
    pub fn about(self, request: RequestId) -> Self {
        Self { request: Some(request), ..self }
    }

    /// The request that the call is or would become, if the gate says so. What adds up calls leaves it out.
    #[must_use]
    pub fn request(&self) -> Option<RequestId> {
        self.request
    }

    /// The name of the action that is asked for.
    #[must_use]
    pub fn action(&self) -> &'a ActionName {
        &self.document.action
    }

    /// What it is done to. Chosen by the agent, as the arguments are.
    #[must_use]
    pub fn resource(&self) -> Option<&'a str> {
        self.document.resource.as_deref()
    }

    /// The risk, as the action's author sees it.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.document.risk
    }

    /// What kinds of call it is one of, as the action's author sees it: let it tighten, never loosen, since the
    /// author may be whoever wrote a tool list.
    #[must_use]
    pub fn tags(&self) -> &'a BTreeSet<String> {
        &self.document.tags
    }

    /// Whether people are to be asked about this call, whatever the policy says: the gate denies what it would let
    /// run without asking anybody.
    #[must_use]
    pub fn is_review_required(&self) -> bool {
        self.document.review_required
    }

    /// A bound argument by name. Chosen by the agent: let it tighten, never loosen.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&'a Value> {
        self.document.arguments.get(name)
    }

    /// All bound arguments, by name.
    pub fn arguments(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.document.arguments.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// What a trusted provider states under this name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&'a Fact> {
        let name = name.parse().ok()?;
        self.provided?.get(&name)
    }

    /// All that trusted providers state.
    pub fn provided(&self) -> impl Iterator<Item = (&'a str, &'a Fact)> {
        self.provided.into_iter().flatten().map(|(name, fact)| (name.as_str(), fact))
    }

    /// Whether the caller says that it is an emergency: a signal, which by itself allows nothing.
    #[must_use]
    pub fn is_break_glass(&self) -> bool {
        self.document.break_glass.is_some()
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
