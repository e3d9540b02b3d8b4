//! From problem details to what a gate in this process would have said.

use approvals_core::{Denied, DescribeError, PrincipalId, RequestId, Timestamp};
use serde::Deserialize;

/// What is said when it is not certain that the other side has refused.
pub(crate) const AWAY: Denied = Denied::Unavailable { what: "the queue" };

/// Problem details (RFC 9457), as the queue writes them.
#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    status: u16,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    retryable: bool,
    request: Option<RequestId>,
    reason: Option<String>,
    by: Option<PrincipalId>,
    until: Option<String>,
    succeeded: Option<bool>,
    retry_from: Option<String>,
}

impl Problem {
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// Whether it is likely to be gone in a moment.
    pub(crate) fn is_brief(&self) -> bool {
        self.retryable && matches!(self.status, 502..=504)
    }

    /// The same as a denial of a call about this request. What is not known is nothing that is certain.
    pub(crate) fn denied(self, about: Option<RequestId>) -> Denied {
        let kind = self.kind.strip_prefix("urn:approvals:problem:").unwrap_or_default().to_owned();
        tracing::debug!(kind, detail = self.detail, "a queue has refused");
        let denied = self.reasoned(&kind).or_else(|| self.denied_about(&kind, about));
        denied.unwrap_or_else(|| {
            tracing::warn!(kind, "a queue has answered what is not known here");
            AWAY
        })
    }

    /// What has a reason.
    fn reasoned(&self, kind: &str) -> Option<Denied> {
        let reason = self.reason.clone()?;
        Some(match kind {
            "denied" => Denied::ByPolicy { reason },
            "revoked" => Denied::Revoked { reason },
            "unsatisfiable" => Denied::Unsatisfiable { reason },
            "stopped" => Denied::Stopped { reason },
            "too-many" => Denied::TooMany { reason },
            "invalid" => Denied::Invalid(DescribeError::Refused(reason)),
            _other => return None,
        })
    }

    /// All else.
    fn denied_about(self, kind: &str, about: Option<RequestId>) -> Option<Denied> {
        let Self { detail, reason, request, .. } = self;
        Some(match kind {
            "rejected" => Denied::Rejected { by: self.by?, reason },
            "just-rejected" => Denied::JustRejected { until: moment(self.until.as_deref())? },
            "expired" => Denied::Expired,
            "withdrawn" => Denied::Withdrawn,
            "undeliverable" => Denied::Undeliverable,
            "changed" => Denied::Changed,
            "idempotency-key-reused" => Denied::Conflict { request: request? },
            "already-ran" => Denied::AlreadyRan { request: request?, succeeded: self.succeeded? },
            "in-doubt" => Denied::InDoubt {
                request: request?,
                retry_from: moment(self.retry_from.as_deref()),
            },
            "not-found" => Denied::NotYours { request: about? },
            "not-possible-now" => Denied::Revoked { reason: detail },
            "undecided" => Denied::Unavailable { what: "a decision of people" },
            "out-of-scope" => Denied::ByPolicy { reason: detail },
            "unauthenticated" | "other-credential" => Denied::NoRequester,
            "invalid" | "malformed" | "too-large" | "media-type" | "no-idempotency-key" => {
                Denied::Invalid(DescribeError::Refused(detail))
            }
            _other => return None,
        })
    }
}

fn moment(text: Option<&str>) -> Option<Timestamp> {
    text?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(json: &str) -> Denied {
        let id = "0199b3c5-6f00-7000-8000-000000000000".parse().ok();
        Problem::parse(json.as_bytes()).unwrap().denied(id)
    }

    #[test]
    fn what_is_not_known_to_be_a_refusal_is_none() {
        for json in [
            r#"{"type":"urn:approvals:problem:newer","status":409}"#,
            r#"{"type":"about:blank","status":403}"#,
            r#"{"type":"denied","status":403,"reason":"no"}"#,
            r#"{"type":"urn:approvals:problem:rejected","status":403}"#,
            r#"{"type":"urn:approvals:problem:already-ran","status":409}"#,
            r#"{"type":"urn:approvals:problem:too-many","status":429}"#,
            r#"{"type":"urn:approvals:problem:unavailable","status":503}"#,
            r#"{"type":"urn:approvals:problem:internal","status":500,"reason":"x"}"#,
        ] {
            assert_eq!(denied(json), AWAY, "{json}");
        }
    }
}
