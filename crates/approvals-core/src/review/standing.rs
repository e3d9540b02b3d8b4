//! A standing grant: which calls need no further approval, how many, and until when.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::clock::Timestamp;
use crate::action::document::Document;
use crate::action::id::{ActionName, PrincipalId};
use crate::policy::obligations::Obligations;

/// The calls that a standing grant covers: of one requester, of exactly one action, with every argument
/// inside stated bounds.
///
/// It takes the place of named obligations, content for content, and of no others: where the policy asks for anything
/// else, by a higher risk, another fact or a rule that is new, people are asked. It never outranks a denial, and covers
/// no call with an argument that is hidden or not bound, since nobody could have seen what they agreed to; nor one that
/// is said to be an emergency, or that may be started again, or whose author wants people to be asked.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Bound, Obligation, Obligations, StandingTerms, Timestamp};
///
/// // Or what a card asked for: `card.request().obligations()`.
/// let one_sre = Obligations::new([Obligation::new("one-sre")?.seats("sre", 1)?]);
/// let night = Timestamp::from_millis(1_893_499_200_000);
/// let terms = StandingTerms::new("agent:night-shift".parse()?, "service.restart".parse()?, one_sre, 20, night)
///     .argument("service", Bound::one_of(["search", "cache"]));
/// assert_eq!((terms.action.as_str(), terms.uses), ("service.restart", 20));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StandingTerms {
    /// The one action that is covered.
    pub action: ActionName,
    /// What each argument may be. A call with any other argument is not covered.
    pub arguments: BTreeMap<String, Bound>,
    /// The obligations in whose place it stands. A call that takes any other is not covered.
    pub instead_of: Obligations,
    /// Whom the requester acts for in the calls, nearest first.
    pub on_behalf_of: Vec<PrincipalId>,
    /// The one whose calls are covered.
    pub requester: PrincipalId,
    /// What the calls are done to: exactly this, or nothing named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// With exactly these tags: a tool that is defined anew has others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// The moment from which no call is covered.
    pub until: Timestamp,
    /// How many calls it covers.
    pub uses: u32,
}

/// What one argument may be.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Bound, Denied, DynamicAction, Phase, StandingTerms};
///
/// # #[derive(Debug)] struct AskOps(Obligations);
/// # impl Policy for AskOps {
/// #     fn digest(&self) -> Digest { Digest::of("policy", b"ask-ops/1") }
/// #     fn rule(&self, _: &Facts<'_>) -> Result<Ruling, PolicyError> {
/// #         Ok(Ruling::new(Verdict::Review(self.0.clone()), vec![], self.digest()))
/// #     }
/// #     fn rule_on_itself(&self, act: &Facts<'_>) -> Result<Option<Ruling>, PolicyError> { self.rule(act).map(Some) }
/// # }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let agent = Principal::agent("agent:night-shift")?;
/// # let one_of_ops = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let noor = ChannelIdentity::new("memory", "noor")?;
/// # let directory = StaticDirectory::new().with(&mira, [account.clone()])
/// #     .with(&Principal::human("u:noor")?.member_of(["ops"])?, [noor.clone()]);
/// # let tomorrow = SystemClock::default().now().after(std::time::Duration::from_secs(86_400));
/// # let gate = Gate::builder()
/// #     .policy(AskOps(one_of_ops.clone()))
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(directory)
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(agent.clone()))
/// #     .build().await?;
/// # tokio::spawn(async move { let card = inbox.next().await; inbox.decide(&noor, Ballot::approve(&card).unwrap()).await });
/// let terms = StandingTerms::new(agent.id().clone(), "service.restart".parse()?, one_of_ops, 20, tomorrow)
///     .argument("service", Bound::one_of(["search", "cache"]))
///     .argument("nodes", Bound::Between(1, 3));
/// gate.desk().issue_standing(&account, terms, "the nights of this week").await?; // `u:noor` agrees
///
/// let restart = |json: &[u8]| DynamicAction::from_json("service.restart", json);
/// let inside = restart(br#"{"service": "cache", "nodes": 2}"#)?;
/// gate.run(inside, |_permit, _call| async { Ok::<_, Denied>(()) }).await?; // nobody is asked
/// let outside = restart(br#"{"service": "cache", "nodes": 9}"#)?.key("all-nodes")?;
/// assert_eq!(gate.submit(outside).await?.phase, Phase::Pending);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "a bound that somebody overlooks is a hole")]
pub enum Bound {
    /// Anything. Said aloud, never assumed.
    Anything,
    /// Exactly this value.
    Is(Value),
    /// One of these texts.
    OneOf(BTreeSet<String>),
    /// A whole number from the first to the second, both included.
    Between(i64, i64),
}

impl Bound {
    /// One of these texts.
    pub fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::OneOf(texts.into_iter().map(str::to_owned).collect())
    }

    fn covers(&self, value: &Value) -> bool {
        match self {
            Self::Anything => true,
            Self::Is(only) => value == only,
            Self::OneOf(texts) => value.as_str().is_some_and(|text| texts.contains(text)),
            Self::Between(least, most) => {
                value.as_i64().is_some_and(|number| (*least..=*most).contains(&number))
            }
        }
    }
}

impl StandingTerms {
    /// Up to `uses` calls of `action` without any argument, by `requester` for itself, until then, where the policy
    /// asks for nothing but `instead_of`.
    #[must_use]
    pub fn new(
        requester: PrincipalId,
        action: ActionName,
        instead_of: Obligations,
        uses: u32,
        until: Timestamp,
    ) -> Self {
        let (arguments, on_behalf_of) = (BTreeMap::new(), Vec::new());
        let (resource, tags) = (None, BTreeSet::new());
        Self { action, arguments, instead_of, on_behalf_of, requester, resource, tags, until, uses }
    }

    /// The same, for calls on behalf of this principal (who may in turn act for the next one named).
    #[must_use]
    pub fn on_behalf_of(mut self, owner: PrincipalId) -> Self {
        self.on_behalf_of.push(owner);
        self
    }

    /// The same, for calls that are done to exactly this.
    #[must_use]
    pub fn resource(self, resource: impl Into<String>) -> Self {
        Self { resource: Some(resource.into()), ..self }
    }

    /// The same, for calls with this tag as well; [`Description::tag`](crate::Description::tag) says what tags are.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.insert(tag.into());
        self
    }

    /// The same, for calls that have this argument, inside these bounds.
    #[must_use]
    pub fn argument(mut self, name: &str, bound: Bound) -> Self {
        self.arguments.insert(name.to_owned(), bound);
        self
    }

    /// Whether a call at `now`, for which the policy asks this, is one of those.
    pub(crate) fn cover(&self, document: &Document, asked: &Obligations, now: Timestamp) -> bool {
        let bounded = |(name, bound): (&String, &Bound)| {
            document.arguments.get(name).is_some_and(|value| bound.covers(value))
        };
        self.action == document.action
            && self.requester == document.requester
            && self.on_behalf_of == document.on_behalf_of
            && self.resource == document.resource
            && self.tags == document.tags
            && now < self.until
            && asked.are_among(&self.instead_of)
            && document.redacted.is_empty()
            && document.unbound.is_empty()
            && document.break_glass.is_none()
            && document.retry_after_ms.is_none()
            && !document.review_required
            && document.arguments.len() == self.arguments.len()
            && self.arguments.iter().all(bounded)
    }
}
