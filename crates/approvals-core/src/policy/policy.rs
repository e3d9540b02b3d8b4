//! The rule that decides: a pure function from facts to a verdict.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fact::FactSet;
use super::facts::Facts;
use super::millis;
use super::obligations::Obligations;
use crate::action::digest::Digest;
use crate::action::id::{Group, RuleId};

/// What a policy says about one call.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Obligation, Obligations, Policy, PolicyFn, Risk, Verdict};
///
/// let on_call = Obligations::new([Obligation::new("on-call")?.seats("sre", 1)?]);
/// let policy = PolicyFn::new("by-risk/1", move |call| match call.risk() {
///     Risk::Low => Verdict::Allow,
///     Risk::Medium | Risk::High => Verdict::Review(on_call.clone()),
///     Risk::Critical => Verdict::Deny("nothing critical at night".into()),
/// })?;
///
/// # let document = Document::parse(br#"{"action":"db.export","arguments":{"rows":41},"log":"example.org/shop/test",
/// #     "on_behalf_of":[],"redacted":{},"requester":"agent:night","risk":"high","unbound":[]}"#)?;
/// # let requester = Requester::new(Principal::agent("agent:night")?);
/// # let call = Facts::new(&document, &requester, Timestamp::from_millis(0));
/// match policy.rule(&call)?.verdict {
///     Verdict::Allow => panic!("its risk is high"),
///     Verdict::Deny(reason) => panic!("{reason}"),
///     Verdict::Review(asked) => assert_eq!(asked.seats().count(), 1),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new verdict must not be overlooked where it decides what runs"
)]
pub enum Verdict {
    /// It may run now.
    Allow,
    /// It may not run; the reason is told to the caller.
    Deny(String),
    /// It may run once these obligations are satisfied.
    Review(Obligations),
}

/// A verdict, the rules that led to it, and the digest of the policy that has them.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Policy, PolicyFn, Ruling, Verdict};
///
/// # let document = Document::parse(br#"{"action":"db.export","arguments":{"rows":41},"log":"example.org/shop/test",
/// #     "on_behalf_of":[],"redacted":{},"requester":"agent:night","risk":"high","unbound":[]}"#)?;
/// # let requester = Requester::new(Principal::agent("agent:night")?);
/// # let call = Facts::new(&document, &requester, Timestamp::from_millis(0));
/// let policy = PolicyFn::new("nothing/1", |_call| Verdict::Deny("not today".into()))?;
/// let ruling: Ruling = policy.rule(&call)?;
/// assert_eq!(ruling.verdict, Verdict::Deny("not today".into()));
/// assert_eq!(ruling.rules, ["nothing/1".parse()?]);
/// assert_eq!(ruling.policy, policy.digest());
/// assert!(ruling.break_glass.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ruling {
    /// What is to happen.
    pub verdict: Verdict,
    /// The rules that matched.
    pub rules: Vec<RuleId>,
    /// The digest of the whole policy.
    pub policy: Digest,
    /// What trusted providers stated. The gate fills it in.
    #[serde(default, skip_serializing_if = "FactSet::is_empty")]
    pub facts: FactSet,
    /// The denials that an emergency has turned into this review, and what follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
}

impl Ruling {
    /// A verdict of `policy`, by `rules`.
    #[must_use]
    pub fn new(verdict: Verdict, rules: Vec<RuleId>, policy: Digest) -> Self {
        Self { verdict, rules, policy, facts: FactSet::new(), break_glass: None }
    }

    /// The same ruling, which stands only because of an emergency.
    #[must_use]
    pub fn by_breaking_glass(self, terms: BreakGlass) -> Self {
        Self { break_glass: Some(terms), ..self }
    }
}

/// The terms on which an emergency turns denials into a review.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::Rules;
/// use std::time::Duration;
///
/// let rules: Rules = r#"
/// # version = 1
/// # default = "deny"
/// #
/// # [obligation.commander]
/// # quorum = [{ group = "commanders", count = 1 }]
/// #
/// [[rule]]
/// id = "nothing-at-night"
/// action = "app.deploy"
/// effect = "deny"
/// reason = "nothing is deployed at night"
///
/// [break_glass]
/// rules = ["nothing-at-night"]
/// require = ["commander"]
/// review_by = "leads"
/// review_within = "24h"
/// "#
/// .parse()?;
/// let terms = rules.vocabulary().break_glass().map(|(_require, terms)| terms).ok_or("none")?;
/// assert_eq!(terms.review_by.as_str(), "leads");
/// assert_eq!(terms.review_within, Duration::from_secs(24 * 3600));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BreakGlass {
    /// The rules whose denial was set aside.
    pub rules: Vec<RuleId>,
    /// The group, one of whose members looks at it afterwards.
    pub review_by: Group,
    /// How long after the call started that is to be done.
    #[serde(rename = "review_within_ms", with = "millis")]
    pub review_within: Duration,
}

impl BreakGlass {
    /// Whether it sets nothing aside that `shown` does not, and is looked at by the same people, in no less time.
    pub(crate) fn is_within(&self, shown: &Self) -> bool {
        self.rules.iter().all(|rule| shown.rules.contains(rule))
            && self.review_by == shown.review_by
            && shown.review_within <= self.review_within
    }

    /// `rules` are set aside; someone of `review_by` looks at what was done within `review_within`.
    #[must_use]
    pub fn new(rules: Vec<RuleId>, review_by: Group, review_within: Duration) -> Self {
        Self { rules, review_by, review_within }
    }
}

/// Rules on calls.
///
/// Duties: be a pure function of the facts, and name the rules that led to the verdict. It is asked
/// before anybody is bothered and again just before an approved call runs; the second ruling may stop
/// the call, never loosen what was asked.
///
/// Contract: synchronous and quick, no I/O; calls may run concurrently. An error or a panic denies.
/// [`digest`](Self::digest) changes whenever the rules do.
///
/// A closure is a policy by [`PolicyFn`], a TOML file by [`Rules`](crate::Rules). By hand:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Digest, Facts, Policy, PolicyError, Ruling, Verdict};
///
/// /// Nothing runs outside the test environment.
/// #[derive(Debug)]
/// struct TestOnly;
///
/// impl Policy for TestOnly {
///     fn digest(&self) -> Digest {
///         Digest::of("policy", b"test-only/1")
///     }
///
///     fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
///         let verdict = match facts.origin().split('/').next_back() {
///             Some("test") => Verdict::Allow,
///             Some(_) | None => Verdict::Deny("only the test environment may do this".into()),
///         };
///         Ok(Ruling::new(verdict, vec!["test-only".parse().map_err(PolicyError::new)?], self.digest()))
///     }
/// }
/// ```
pub trait Policy: fmt::Debug + Send + Sync {
    /// The digest of the rules, recorded with every ruling.
    fn digest(&self) -> Digest;

    /// The ruling on one call.
    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError>;

    /// The ruling on an act on the approvals themselves: an action whose name begins with `approvals.`, such
    /// as replacing this policy by another. `None` where the policy has no rule about it: then the policy may
    /// be replaced and anybody known may stop things, but nobody may start them again, and there are no
    /// standing grants.
    fn rule_on_itself(&self, _facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        Ok(None)
    }
}

/// A shared policy is a policy.
impl<P: Policy + ?Sized> Policy for Arc<P> {
    fn digest(&self) -> Digest {
        (**self).digest()
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        (**self).rule(facts)
    }

    fn rule_on_itself(&self, facts: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> {
        (**self).rule_on_itself(facts)
    }
}

/// A policy that could not rule. The call is denied.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::PolicyError;
/// use std::error::Error;
///
/// let error = PolicyError::new("the table of limits is empty");
/// assert_eq!(error.to_string(), "the policy could not rule on the call");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the table of limits is empty"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the policy could not rule on the call")]
pub struct PolicyError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl PolicyError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// A policy written as a closure.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Obligation, Obligations, PolicyFn, Risk, Verdict};
///
/// let on_call = Obligation::new("on-call")?.seats("sre", 1)?;
/// let policy = PolicyFn::new("by-risk/1", move |facts| match facts.risk() {
///     Risk::Low => Verdict::Allow,
///     Risk::Medium | Risk::High => Verdict::Review(Obligations::new([on_call.clone()])),
///     Risk::Critical => Verdict::Deny("nothing critical at night".into()),
/// })?;
/// # Ok::<(), approvals_core::NameError>(())
/// ```
pub struct PolicyFn<F> {
    name: RuleId,
    verdict: F,
}

impl<F: Fn(&Facts<'_>) -> Verdict + Send + Sync> PolicyFn<F> {
    /// A policy of one rule. `name` stands for the code in the log: change it when the code changes.
    pub fn new(name: &str, verdict: F) -> Result<Self, crate::NameError> {
        Ok(Self { name: name.parse()?, verdict })
    }
}

impl<F> fmt::Debug for PolicyFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyFn").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<F: Fn(&Facts<'_>) -> Verdict + Send + Sync> Policy for PolicyFn<F> {
    fn digest(&self) -> Digest {
        Digest::of("policy", self.name.as_str().as_bytes())
    }

    fn rule(&self, facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        Ok(Ruling::new((self.verdict)(facts), vec![self.name.clone()], self.digest()))
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
