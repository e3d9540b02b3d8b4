//! What trusted systems have stated, as a fact about the call at hand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use approvals_log::PublicKey;
use async_trait::async_trait;

use super::attestation::{Attestation, AttestationError};
use crate::action::clock::Timestamp;
use crate::action::id::{FactName, NameError};
use crate::policy::fact::FactSet;
use crate::policy::facts::Facts;
use crate::policy::provider::{FactError, FactProvider};

/// How many subjects are remembered: 10 000.
const MOST: usize = 10_000;

type Subject = dyn Fn(&Facts<'_>) -> Option<String> + Send + Sync;

/// States whether a trusted system has attested something of what the call is about.
///
/// The call says which thing is looked up; that it is so stands in the signature alone. The fact is `true`
/// only while the newest attestation about exactly this subject says so. It is `false` if there is none, if
/// the newest says `false` or has expired or is not valid yet, and if the call names no subject.
///
/// Attestations are kept in memory, the newest of each subject, and of the 10 000 subjects with the newest
/// ones: what is forgotten counts as missing, and nothing older is taken afterwards. A program that starts
/// anew knows none, so whoever kept an old one could hand it in again. Let attestations expire soon.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Attestation, Attestations, LocalSigner, Signer, Timestamp};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ci = LocalSigner::generate()?;
/// let evaluations = Attestations::new("model.eval_passed", |call| {
///     let (model, version) = (call.argument("model")?.as_str()?, call.argument("version")?.as_i64()?);
///     Some(format!("model:{model}@{version}"))
/// })?
/// .trust("ci.example.org", ci.public_key());
///
/// let [from, until] = [0, 3_600_000].map(Timestamp::from_millis);
/// let claim = "model.eval_passed".parse()?;
/// let passed = Attestation::new("ci.example.org", "model:fraud@7", claim, true, from, until);
/// evaluations.add(&passed.sign(&ci).await?)?;
/// assert!(evaluations.holds("model:fraud@7", Timestamp::from_millis(1)));
/// assert!(!evaluations.holds("model:fraud@8", Timestamp::from_millis(1)));
/// # Ok(()) }
/// ```
pub struct Attestations {
    fact: FactName,
    subject: Box<Subject>,
    keys: BTreeMap<String, Vec<PublicKey>>,
    known: Mutex<Known>,
}

/// The newest attestation of each subject.
#[derive(Debug, Default)]
struct Known(BTreeMap<String, Attestation>);

impl Attestations {
    /// States the boolean fact of this name, about what `subject` makes of a call: exactly the `sub` of the
    /// attestations that are looked for, or nothing. Nobody is trusted yet.
    ///
    /// Two different things must not have the same subject. Arguments are chosen by the agent: one with a
    /// separator in it could name something else.
    ///
    /// # Errors
    ///
    /// If it cannot name a fact.
    pub fn new(
        fact: &str,
        subject: impl Fn(&Facts<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Result<Self, NameError> {
        let subject = Box::new(subject);
        Ok(Self { fact: fact.parse()?, subject, keys: BTreeMap::new(), known: Mutex::default() })
    }

    /// The same, which takes what `issuer` signs with this key as well. An issuer may have several keys.
    #[must_use]
    pub fn trust(mut self, issuer: &str, key: PublicKey) -> Self {
        self.keys.entry(issuer.to_owned()).or_default().push(key);
        self
    }

    /// Verifies an attestation and keeps it, unless a newer one about the same subject is known.
    ///
    /// Anybody may hand it in: only the signature counts. Of two that were issued in the same second, the
    /// one that says `false` is kept, or else the one that expires first.
    ///
    /// # Errors
    ///
    /// An [`AttestationError`] that says why it is not taken; nothing has changed then.
    pub fn add(&self, jws: &str) -> Result<(), AttestationError> {
        let new = Attestation::verify(jws, |issuer| self.keys.get(issuer))?;
        if new.claim != self.fact {
            return Err(AttestationError::Claim);
        }
        self.known.lock().unwrap_or_else(PoisonError::into_inner).take(new, MOST)
    }

    /// Whether it is attested of `subject` at this moment.
    #[must_use]
    pub fn holds(&self, subject: &str, now: Timestamp) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.0.get(subject).is_some_and(|newest| newest.holds_at(now))
    }
}

impl Known {
    /// Keeps `new` if it is newer than what is known, and of all subjects the `most` with the newest ones.
    fn take(&mut self, new: Attestation, most: usize) -> Result<(), AttestationError> {
        // Expired ones go by age as well: one that said `false` must outlive what it has replaced. And what is
        // forgotten was older than all that stay, so it cannot be handed in again.
        let oldest = self.0.values().min_by_key(|known| known.iat);
        let oldest = oldest.filter(|_| self.0.len() >= most).cloned();
        let is_older = self.0.get(&new.sub).map_or_else(
            || oldest.as_ref().is_some_and(|oldest| new.iat <= oldest.iat),
            |known| precedence(known) > precedence(&new),
        );
        if is_older {
            return Err(AttestationError::Older);
        }
        let replaced = self.0.insert(new.sub.clone(), new);
        if let (None, Some(oldest)) = (replaced, oldest) {
            self.0.remove(&oldest.sub);
        }
        Ok(())
    }
}

/// Which of two attestations about the same subject is kept: the greater.
fn precedence(one: &Attestation) -> (i64, bool, std::cmp::Reverse<i64>) {
    (one.iat, !one.value, std::cmp::Reverse(one.exp))
}

impl fmt::Debug for Attestations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers = self.keys.keys().collect::<Vec<_>>();
        f.debug_struct("Attestations")
            .field("fact", &self.fact)
            .field("issuers", &issuers)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl FactProvider for Attestations {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        let holds = (self.subject)(call).is_some_and(|subject| self.holds(&subject, call.now()));
        Ok(FactSet::from([(self.fact.clone(), holds.into())]))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "attestations_tests.rs"]
mod tests;
