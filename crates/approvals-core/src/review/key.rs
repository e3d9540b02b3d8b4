//! Public keys as JSON Web Keys, and their ids.

use approvals_log::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a key signs. One key serves one purpose.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Ledger, Purpose, Trail};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
/// # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder()
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(ledger.clone())
/// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
/// #     .recorder_key(keys.recorder)
/// #     .grant_key(keys.grant)
/// #     .approver(inbox.clone())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
/// #     .build().await?;
/// # let mut trail = Trail::new("example.org/shop/test");
/// # for entry in ledger.entries(0, 100).await? {
/// #     trail.read(&entry)?;
/// # }
/// // A gate names its keys in the log before it uses them.
/// let purposes: Vec<Purpose> = trail.keys().map(|(purpose, _id)| purpose).collect();
/// assert_eq!(purposes, [Purpose::Recorder, Purpose::Grant]);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a signature is checked against its purpose: a new one must not be overlooked"
)]
pub enum Purpose {
    /// Decisions that a channel attests.
    Recorder,
    /// Grants, with which actions run.
    Grant,
}

/// A public key as in RFC 8037: `{"crv":"Ed25519","kty":"OKP","x":…}`.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Jwk, key_id};
///
/// // The key of RFC 8037, appendix A.2.
/// let jwk: Jwk = serde_json::from_str(
///     r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// let key = jwk.key().ok_or("not a key")?;
/// assert_eq!(Jwk::new(&key), jwk);
/// assert_eq!(key_id(&key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    crv: String,
    kty: String,
    x: String,
}

impl Jwk {
    /// The JWK of `key`.
    #[must_use]
    pub fn new(key: &PublicKey) -> Self {
        Self { crv: "Ed25519".into(), kty: "OKP".into(), x: BASE64URL.encode(key.as_bytes()) }
    }

    /// The key, if it is an Ed25519 key that is not weak.
    #[must_use]
    pub fn key(&self) -> Option<PublicKey> {
        let bytes = BASE64URL.decode(&self.x).ok()?;
        PublicKey::from_bytes(&bytes).ok().filter(|key| *self == Self::new(key))
    }
}

/// The id of a key: its JWK thumbprint (RFC 7638).
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{LocalSigner, Signer, key_id};
///
/// let [one, other] = [LocalSigner::from_seed(&[1; 32])?, LocalSigner::from_seed(&[2; 32])?];
/// assert_eq!(key_id(&one.public_key()).len(), 43);
/// assert_ne!(key_id(&one.public_key()), key_id(&other.public_key()));
/// # Ok::<(), approvals::SignerError>(())
/// ```
#[must_use]
pub fn key_id(key: &PublicKey) -> String {
    let x = BASE64URL.encode(key.as_bytes());
    let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
    BASE64URL.encode(thumbprint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.2 and A.3.
    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let jwk: Jwk = serde_json::from_str(
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        )
        .unwrap();
        assert_eq!(key_id(&jwk.key().unwrap()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn other_curves_and_weak_keys_are_not_keys() {
        let weak = Jwk {
            x: BASE64URL.encode([1_u8].iter().chain(&[0; 31]).copied().collect::<Vec<_>>()),
            crv: "Ed25519".into(),
            kty: "OKP".into(),
        };
        assert!(weak.key().is_none());
        let other = Jwk { crv: "X25519".into(), ..weak };
        assert!(other.key().is_none());
    }
}
