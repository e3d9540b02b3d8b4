//! Signing an attestation, where the trusted system has its key.

use super::signer::{Signer, SignerError};
use crate::review::attestation::Attestation;
use crate::review::jws;

impl Attestation {
    /// The attestation as a compact JWS (RFC 7515), signed by `signer`.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Attestation, Clock, LocalSigner, SystemClock};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // In the pipeline, once the evaluation has passed:
    /// let key = LocalSigner::generate()?;
    /// let now = SystemClock::default().now();
    /// let tomorrow = now.after(Duration::from_secs(24 * 3600));
    /// let claim = "model.eval_passed".parse()?;
    /// let passed = Attestation::new("ci.example.org", "model:fraud@7", claim, true, now, tomorrow);
    /// assert_eq!(passed.sign(&key).await?.split('.').count(), 3);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// If the signer does not sign, or a number in it is larger than JSON can carry (2⁵³ − 1).
    pub async fn sign(&self, signer: &dyn Signer) -> Result<String, SignerError> {
        let input = self.signing_input(&signer.public_key());
        let input = input.map_err(|error| SignerError::Service(error.into()))?;
        let signature = signer.sign(input.as_bytes()).await?;
        Ok(jws::assemble(&input, signature))
    }
}
