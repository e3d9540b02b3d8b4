//! An immutable question put to reviewers.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::quorum::Question;
use crate::action::canonical;
use crate::action::clock::Timestamp;
use crate::action::context::{Context, Notes};
use crate::action::digest::Digest;
use crate::action::document::Document;
use crate::action::id::{IdempotencyKey, PrincipalId, RequestId};
use crate::action::noncanonical::CanonicalError;
use crate::action::principal::Requester;
use crate::policy::obligations::Obligations;
use crate::policy::policy::{Ruling, Verdict};

/// For how long what the policy allows may start: what is submitted and never run is over some day.
const START_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// What is asked: may exactly this action, of exactly this requester, run under these obligations.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::Request;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?.key("deploy-7")?;
/// # gate.submit(deploy).await?;
/// let card = inbox.next().await;
/// let request: &Request = card.request();
/// assert_eq!(request.requester.principal().id().as_str(), "agent:deployer");
/// assert_eq!(request.obligations().map(|asked| asked.seats().count()), Some(1));
/// assert_eq!(request.approve_by, request.asked_at.after(Duration::from_secs(30 * 60)));
/// assert_eq!(request.digest()?, card.request_digest());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Request {
    /// The digest of the action's document.
    pub action: Digest,
    /// Until when it may be approved; of what needs nobody, until when it may start.
    pub approve_by: Timestamp,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The attempt at the same action that people rejected not long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Earlier>,
    /// For how many milliseconds it may be open at most, as its document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after_ms: Option<u64>,
    /// The id of the request.
    pub id: RequestId,
    /// The caller's name for the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<IdempotencyKey>,
    /// What it is part of.
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    pub notes: Notes,
    /// Who asks, and for whom.
    pub requester: Requester,
    /// After how many milliseconds of silence it may be started again, as its document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What the policy said to it.
    pub ruling: Ruling,
    /// The request that issued the standing grant which answers this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<RequestId>,
}

/// A rejected attempt at the same action, and how this one differs from it.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ballot, DynamicAction, Was};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// let export = |rows| DynamicAction::from_json("db.export", format!(r#"{{"rows": {rows}}}"#).as_bytes());
/// gate.submit(export(90_000)?.key("first")?).await?;
/// let card = inbox.next().await;
/// inbox.decide(&account, Ballot::reject(&card, "not so many")?).await?;
///
/// gate.submit(export(100)?.key("second")?).await?;
/// let card = inbox.next().await;
/// let earlier = card.request().earlier.as_ref().ok_or("nothing was rejected")?;
/// assert_eq!((earlier.by.as_str(), earlier.reason.as_deref()), ("u:mira", Some("not so many")));
/// assert_eq!(earlier.was["rows"], Was::Value(90_000.into()));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Earlier {
    /// Who rejected it.
    pub by: PrincipalId,
    /// How many more arguments differ than are listed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<NonZeroUsize>,
    /// Whom it was for, if that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Was>,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The request that was rejected.
    pub request: RequestId,
    /// What it was to be done to, if that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Was>,
    /// After how many milliseconds of silence it could have been started again, if that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<Was>,
    /// Its risk, if that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Was>,
    /// What it was tagged with, if that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Was>,
    /// The arguments that differ or may differ, as they were then; of many, the first by name.
    pub was: BTreeMap<String, Was>,
}

/// What an argument, or something else, was in an earlier attempt. [`Earlier`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "there, too long to repeat, not told, or not there")]
pub enum Was {
    /// There was no such argument.
    Absent,
    /// It was this value.
    Value(Value),
    /// A value of so many bytes, which is in that request's document.
    Long(usize),
    /// An argument that was hidden: whether it is the same now cannot be told.
    Hidden,
    /// An argument that was neither shown nor bound.
    Unbound,
}

impl Request {
    pub(crate) fn new(
        id: RequestId,
        key: Option<IdempotencyKey>,
        action: Digest,
        context: &Context,
        ruling: Ruling,
        asked_at: Timestamp,
    ) -> Self {
        let asked = Self {
            action,
            approve_by: asked_at,
            asked_at,
            earlier: None,
            expires_after_ms: None,
            id,
            key,
            notes: context.notes().clone(),
            requester: context.requester().clone(),
            retry_after_ms: None,
            ruling,
            standing: None,
        };
        Self { approve_by: asked.due(), ..asked }
    }

    /// The same, on the terms that its action has.
    pub(crate) fn on_terms_of(self, document: &Document) -> Self {
        let Document { expires_after_ms, retry_after_ms, .. } = *document;
        let asked = Self { expires_after_ms, retry_after_ms, ..self };
        Self { approve_by: asked.due(), ..asked }
    }

    /// Whether it is on the terms that its action has: no other times, and people where its author wants them.
    pub(crate) fn is_on_terms_of(&self, document: &Document) -> bool {
        self.expires_after_ms == document.expires_after_ms
            && self.retry_after_ms == document.retry_after_ms
            && !(document.review_required && self.ruling.verdict == Verdict::Allow)
    }

    /// Until when it may be approved, by its obligations, or started, if it needs nobody.
    pub(crate) fn due(&self) -> Timestamp {
        let within = match &self.ruling.verdict {
            Verdict::Review(obligations) => obligations.approve_within(),
            Verdict::Allow => START_WITHIN,
            Verdict::Deny(_) => Duration::ZERO,
        };
        let at_most = self.expires_after_ms.map_or(Duration::MAX, Duration::from_millis);
        self.asked_at.after(within.min(at_most))
    }

    /// The obligations, if people are to decide.
    #[must_use]
    pub fn obligations(&self) -> Option<&Obligations> {
        match &self.ruling.verdict {
            Verdict::Review(obligations) => Some(obligations),
            Verdict::Allow | Verdict::Deny(_) => None,
        }
    }

    /// The question as reviewers answer it, if people are to decide, in the channels that it has from the start.
    pub(crate) fn question(&self) -> Option<Question<'_>> {
        let (requester, asked_at) = (&self.requester, self.asked_at);
        Some(Question { obligations: self.obligations()?, requester, asked_at, opened: &[] })
    }

    /// The digest of the whole question, which decisions are of.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::of("request", &canonical::to_bytes(self, canonical::MAX_BYTES)?))
    }
}
