//! The signed, expiring, single-use result of enough decisions: a JWS that any executor can demand.

use approvals_log::PublicKey;
use serde::{Deserialize, Serialize};

use super::jws::{self, JwsError};
use super::request::Request;
use crate::action::clock::Timestamp;
use crate::action::digest::Digest;
use crate::action::id::{PrincipalId, RequestId};
use crate::action::noncanonical::CanonicalError;
use crate::action::principal::Requester;

/// What a grant says: JWT claims (RFC 7519) with an actor (RFC 8693) and authorization details (RFC 9396).
/// [`Grant`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Claims {
    /// Who acts, when it acts for someone else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// The audience: the log's origin, so that a grant of one environment is nothing in another.
    pub aud: String,
    /// What exactly is granted.
    pub authorization_details: [Detail; 1],
    /// Until when, in seconds since the Unix epoch.
    pub exp: i64,
    /// When it was issued, in seconds since the Unix epoch.
    pub iat: i64,
    /// The issuer: the log's origin.
    pub iss: String,
    /// The grant's id, which is used once: that of its request.
    pub jti: RequestId,
    /// On whose behalf it is used.
    pub sub: PrincipalId,
}

/// An actor, and whoever acted through it. [`Grant`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Actor {
    /// The one that acts for this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
    /// The id of the actor.
    pub sub: PrincipalId,
}

/// The one action that is granted. [`Grant`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Detail {
    /// The digest of the action's document.
    pub action_digest: Digest,
    /// The name of the action that may run.
    pub action: String,
    /// The ids of the people who approved.
    pub approvers: Vec<PrincipalId>,
    /// The digest of the request.
    pub request_digest: Digest,
    /// Always `action_approval`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Claims {
    pub(crate) fn new(
        origin: &str,
        request: &Request,
        action: &str,
        approvers: Vec<PrincipalId>,
        now: Timestamp,
    ) -> Result<Self, CanonicalError> {
        let lifetime =
            request.obligations().map(crate::Obligations::execute_within).unwrap_or_default();
        let seconds = |time: Timestamp| time.as_millis().div_euclid(1000);
        let (sub, act) = delegation(&request.requester);
        let detail = Detail {
            action: action.to_owned(),
            action_digest: request.action,
            approvers,
            request_digest: request.digest()?,
            kind: "action_approval".into(),
        };
        Ok(Self {
            act,
            aud: origin.to_owned(),
            authorization_details: [detail],
            exp: seconds(now.after(lifetime)),
            iat: seconds(now),
            iss: origin.to_owned(),
            jti: request.id,
            sub,
        })
    }

    /// Until when it may be used.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.saturating_mul(1000))
    }

    /// When it was issued.
    #[must_use]
    pub fn issued_at(&self) -> Timestamp {
        Timestamp::from_millis(self.iat.saturating_mul(1000))
    }

    /// The one action that is granted.
    #[must_use]
    pub fn detail(&self) -> &Detail {
        let [detail] = &self.authorization_details;
        detail
    }
}

/// The subject is the outermost owner; the actors are nested, the current one outermost.
fn delegation(requester: &Requester) -> (PrincipalId, Option<Actor>) {
    let requester_id = requester.principal().id();
    let Some((owner, between)) = requester.chain().split_last() else {
        return (requester_id.clone(), None);
    };
    let mut actor = None;
    for principal in between.iter().rev().map(crate::Principal::id).chain([requester_id]) {
        actor = Some(Actor { act: actor.map(Box::new), sub: principal.clone() });
    }
    (owner.id().clone(), actor)
}

/// A grant as a compact JWS (RFC 7515) with `alg: EdDSA` (RFC 8037).
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Denied, Grant};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let grant_key = keys.grant.public_key();
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?).on_behalf_of(Principal::human("u:noor")?))
/// #     .build().await?;
/// # let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// # tokio::spawn(async move {
/// #     let card = inbox.next().await;
/// #     inbox.decide(&account, Ballot::approve(&card).unwrap()).await.unwrap();
/// # });
/// // `agent:deployer` asks for `u:noor`, and `u:mira` approves.
/// let grant: Option<Grant> =
///     gate.run(deploy, |permit, _call| async move { Ok::<_, Denied>(permit.grant().cloned()) }).await?;
/// let grant = grant.ok_or("the policy asked nobody")?;
///
/// // What an executor elsewhere does before it deploys; it also refuses a `jti` that it has seen.
/// let claims = grant.verify(&grant_key)?;
/// assert_eq!((claims.aud.as_str(), claims.detail().action.as_str()), ("example.org/shop/test", "app.deploy"));
/// assert_eq!(claims.sub.as_str(), "u:noor");
/// assert_eq!(claims.act.as_ref().map(|actor| actor.sub.as_str()), Some("agent:deployer"));
/// assert_eq!(claims.detail().approvers, ["u:mira".parse()?]);
/// assert!(claims.expires_at() > claims.issued_at());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grant(String);

/// What kind of JWS a grant is.
const TYPE: &str = "approval-grant+jwt";

/// A grant that does not hold.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Grant, GrantError, LocalSigner, Signer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = LocalSigner::generate()?.public_key();
/// let forged: Grant = serde_json::from_str(r#""eyJhbGciOiJub25lIn0.e30.""#)?; // {"alg":"none"}
/// assert_eq!(forged.verify(&key), Err(GrantError::Malformed));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// Not three parts of base64url with the JSON that belongs there.
    #[error("the grant is malformed")]
    Malformed,
    /// Another algorithm, type or key.
    #[error("the grant's header is not that of an approval grant by this key")]
    Header,
    /// The signature does not verify.
    #[error("the grant's signature does not verify")]
    Signature,
}

impl From<JwsError> for GrantError {
    fn from(error: JwsError) -> Self {
        match error {
            JwsError::Malformed => Self::Malformed,
            JwsError::Header => Self::Header,
            JwsError::Signature => Self::Signature,
        }
    }
}

/// What is to be signed for `claims`.
pub(crate) fn signing_input(claims: &Claims, key: &PublicKey) -> Result<String, CanonicalError> {
    jws::signing_input(TYPE, claims, key)
}

impl Grant {
    pub(crate) fn assemble(signing_input: &str, signature: [u8; 64]) -> Self {
        Self(jws::assemble(signing_input, signature))
    }

    /// The compact serialization, to hand to an executor elsewhere.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The claims, not verified: for looking at, and for what verifies them elsewhere.
    pub fn claims(&self) -> Result<Claims, GrantError> {
        Ok(jws::claims(&self.0)?)
    }

    /// The claims, if `key` signed them as an approval grant.
    pub fn verify(&self, key: &PublicKey) -> Result<Claims, GrantError> {
        Ok(jws::verify(&self.0, TYPE, key)?)
    }
}
