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
/// # use approvals_core as approvals;
/// use approvals::{FactError, FactProvider, FactSet, Facts};
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
/// # use approvals_core as approvals;
/// use approvals::FactSet;
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
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{FactError, FactName};
/// use std::error::Error;
///
/// // As in a provider: `let labels = ask(bucket).await.map_err(FactError::new)?;`
/// let error = "Labels!".parse::<FactName>().map_err(FactError::new).unwrap_err();
/// assert_eq!(error.to_string(), "a fact that the policy needs could not be had");
/// assert!(error.source().is_some_and(|cause| cause.to_string().starts_with("`Labels!` is not")));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("a fact that the policy needs could not be had")]
pub struct FactError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl FactError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::clock::Timestamp;
    use crate::action::document::Document;
    use crate::action::id::RequestId;
    use crate::action::principal::{Principal, Requester};
    use crate::action::risk::Risk;
    use crate::policy::fact::Fact;

    #[tokio::test]
    async fn a_call_says_what_it_is_and_what_was_stated_about_it() {
        let call = br#"{"action":"s3.export","arguments":{"rows":1},"break_glass":"x","log":"l","on_behalf_of":[],
            "redacted":{},"requester":"agent:a","resource":"bucket","risk":"low","unbound":[]}"#;
        let document = Document::parse(call).unwrap();
        let requester = Requester::new(Principal::agent("agent:a").unwrap());
        let now = Timestamp::from_millis(7);
        let id: RequestId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        let known = FactSet::from([("env.name".parse().unwrap(), "prod".into())]);
        let provider: Arc<dyn FactProvider> = Arc::new(known.clone());
        let bare = Facts::new(&document, &requester, now);
        assert_eq!(
            (bare.request(), bare.fact("env.name"), bare.provided().count()),
            (None, None, 0)
        );
        assert_eq!(provider.facts(&bare).await.unwrap(), known);

        let call = bare.with(&known).about(id);
        assert_eq!(
            (call.request(), call.resource(), call.risk()),
            (Some(id), Some("bucket"), Risk::Low)
        );
        assert_eq!((call.action().as_str(), call.origin(), call.now()), ("s3.export", "l", now));
        assert_eq!(call.arguments().collect::<Vec<_>>(), [("rows", &serde_json::json!(1))]);
        assert_eq!(
            (call.argument("rows"), call.argument("row")),
            (Some(&serde_json::json!(1)), None)
        );
        assert_eq!(call.provided().collect::<Vec<_>>(), [("env.name", &Fact::from("prod"))]);
        assert_eq!(call.fact("env.name"), Some(&Fact::from("prod")));
        assert!(call.is_break_glass() && call.requester() == &requester);
    }
}
