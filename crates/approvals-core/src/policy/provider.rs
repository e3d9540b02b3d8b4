//! Trusted sources of facts: what is known about a call without asking the caller.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::fact::FactSet;
use super::facts::Facts;

/// States facts about a call: the time window, who is on call, the labels of a resource, what was spent in
/// the last hour, what a test system has attested.
///
/// Duties: answer from sources that the agent cannot write. The call's arguments may say *which* resource is
/// looked up; they are never themselves the answer.
///
/// Contract: asked before the policy rules, and again when a grant is used; what it answers is recorded with
/// the ruling. Two providers that state the same name, an error, a panic, and an answer that takes more than
/// ten seconds deny. Reading changes nothing; dropping the future is harmless.
///
/// ```
/// use approvals_core::{FactError, FactProvider, FactSet, Facts};
/// use async_trait::async_trait;
///
/// /// Buckets whose name says so hold personal data.
/// #[derive(Debug)]
/// struct Labels;
///
/// #[async_trait]
/// impl FactProvider for Labels {
///     async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
///         let bucket = call.argument("bucket").and_then(|name| name.as_str()).unwrap_or_default();
///         let labels = if bucket.starts_with("customers-") { ["pii"].into() } else { [].into() };
///         let name = "resource.labels".parse().map_err(FactError::new)?;
///         Ok(FactSet::from([(name, labels)]))
///     }
/// }
/// ```
#[async_trait]
pub trait FactProvider: fmt::Debug + Send + Sync {
    /// What is known about this call.
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError>;
}

/// A shared provider is a provider.
#[async_trait]
impl<P: FactProvider + ?Sized> FactProvider for Arc<P> {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        (**self).facts(call).await
    }
}

/// Facts that are the same for every call: the environment.
///
/// ```
/// use approvals_core::FactSet;
///
/// let environment = FactSet::from([("env.name".parse()?, "prod".into())]);
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[async_trait]
impl FactProvider for FactSet {
    async fn facts(&self, _call: &Facts<'_>) -> Result<FactSet, FactError> {
        Ok(self.clone())
    }
}

/// A provider that could not answer. The call is denied.
#[derive(Debug, thiserror::Error)]
#[error("a fact that the policy needs could not be had")]
pub struct FactError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl FactError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
