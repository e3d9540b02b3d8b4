//! Errors as the API tells them: problem details (RFC 9457), each with a name that stays.

use std::fmt;
use std::time::Duration;

use approvals_core::{PrincipalId, RequestId};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problem details.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a call was not answered with what it asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What kind of problem it is: a URN that stays the same.
    #[serde(rename = "type")]
    #[schema(example = "urn:approvals:problem:not-found")]
    kind: String,
    /// The same in a few words.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong here, and what to do next.
    detail: String,
    /// Whether the same call can have another end later.
    retryable: bool,
    #[serde(flatten)]
    members: Box<Members>,
    #[serde(skip)]
    headers: Vec<(axum::http::HeaderName, HeaderValue)>,
}

/// What programs act on, where it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Members {
    /// The request that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub(crate) request: Option<RequestId>,
    /// Why, in the words of the policy or of whoever decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Who rejected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) by: Option<PrincipalId>,
    /// Until when nobody is even asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    pub(crate) until: Option<String>,
    /// Whether what ran has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) succeeded: Option<bool>,
    /// From when on it may be started again without a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    pub(crate) retry_from: Option<String>,
}

/// A kind of problem: its name, its title and its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) status: StatusCode,
}

macro_rules! kinds {
    ($($name:ident = $text:literal, $status:ident, $title:literal;)*) => {
        $(pub(crate) const $name: Kind =
            Kind { name: $text, title: $title, status: StatusCode::$status };)*

        /// All kinds that there are.
        #[cfg(test)]
        pub(crate) const ALL: &[Kind] = &[$($name),*];
    };
}

kinds! {
    UNAUTHENTICATED = "unauthenticated", UNAUTHORIZED, "who calls is not known";
    OTHER_CREDENTIAL = "other-credential", FORBIDDEN, "this takes another kind of credential";
    OUT_OF_SCOPE = "out-of-scope", FORBIDDEN, "the credential does not cover this";
    ORIGIN = "origin", FORBIDDEN, "the call does not come from a page of this server";
    HOST = "host", MISDIRECTED_REQUEST, "this server is not known under that name";
    NOT_FOUND = "not-found", NOT_FOUND, "there is no such thing";
    METHOD = "method", METHOD_NOT_ALLOWED, "this cannot be done here";
    MALFORMED = "malformed", BAD_REQUEST, "the call cannot be read";
    MEDIA = "media-type", UNSUPPORTED_MEDIA_TYPE, "this takes JSON";
    TOO_LARGE = "too-large", PAYLOAD_TOO_LARGE, "the body is too large";
    SLOW = "slow", REQUEST_TIMEOUT, "the body did not come in time";
    INVALID = "invalid", UNPROCESSABLE_ENTITY, "the call asks for something that cannot be";
    NO_KEY = "no-idempotency-key", BAD_REQUEST, "the call has no idempotency key";
    KEY_REUSED = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "the idempotency key is another call's";
    DENIED = "denied", FORBIDDEN, "the action is denied";
    REJECTED = "rejected", FORBIDDEN, "people rejected the action";
    STOPPED = "stopped", FORBIDDEN, "people have stopped actions like this";
    UNSATISFIABLE = "unsatisfiable", FORBIDDEN, "too few people could approve the action";
    TOO_MANY = "too-many", TOO_MANY_REQUESTS, "too much is asked";
    JUST_REJECTED = "just-rejected", TOO_MANY_REQUESTS, "exactly this was rejected a moment ago";
    EXPIRED = "expired", CONFLICT, "nobody decided, or started it, in time";
    WITHDRAWN = "withdrawn", CONFLICT, "the request was taken back";
    REVOKED = "revoked", CONFLICT, "what was granted no longer holds";
    UNDECIDED = "undecided", CONFLICT, "people have not decided yet";
    ALREADY_RAN = "already-ran", CONFLICT, "the action has run already";
    IN_DOUBT = "in-doubt", CONFLICT, "the action was started, and what became of it is unknown";
    CHANGED = "changed", CONFLICT, "the action is no longer the one that was approved";
    MAY_NOT_DECIDE = "may-not-decide", FORBIDDEN, "somebody else is to decide";
    NOT_SIGNED = "not-signed", FORBIDDEN, "this takes a signature by a key of yours";
    NOT_INVITED = "not-invited", FORBIDDEN, "this invitation is not open";
    DECIDED = "decided", CONFLICT, "it is decided already";
    OTHER_CARD = "other-card", CONFLICT, "the card is another one by now";
    NOT_POSSIBLE_NOW = "not-possible-now", CONFLICT, "this cannot be done in this state";
    UNDELIVERABLE = "undeliverable", SERVICE_UNAVAILABLE, "no reviewer can be reached";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE, "something that is needed cannot be reached";
    BUSY = "busy", SERVICE_UNAVAILABLE, "there is no room for more";
    LEAVING = "leaving", SERVICE_UNAVAILABLE, "this server is stopping";
    TIMEOUT = "timeout", SERVICE_UNAVAILABLE, "it took too long";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, "this server has a mistake in it";
    OTHER = "http", BAD_REQUEST, "the call was refused";
}

impl Problem {
    /// A problem of this kind. What others wrote may stand in `detail`: what is invisible in it is shown.
    pub(crate) fn new(kind: Kind, detail: impl fmt::Display) -> Self {
        Self {
            kind: format!("urn:approvals:problem:{}", kind.name),
            title: kind.title,
            status: kind.status.as_u16(),
            detail: printable(&detail.to_string()),
            retryable: false,
            members: Box::default(),
            headers: Vec::new(),
        }
    }

    /// What nobody but its owner is to know about: the same answer whether it is there or not.
    pub(crate) fn title(&self) -> &'static str {
        self.title
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    pub(crate) fn request(&self) -> Option<RequestId> {
        self.members.request
    }

    pub(crate) fn no_request() -> Self {
        Self::new(NOT_FOUND, "there is no request of this id, or it is not yours; check the id")
    }

    /// Who calls is not known.
    pub(crate) fn unauthenticated(realm: &'static str, detail: impl fmt::Display) -> Self {
        let this = Self::new(UNAUTHENTICATED, detail);
        let scheme = HeaderValue::from_str(&format!("Bearer realm=\"{realm}\""));
        this.with_header(WWW_AUTHENTICATE, scheme.unwrap_or(HeaderValue::from_static("Bearer")))
    }

    pub(crate) fn retryable(self) -> Self {
        Self { retryable: true, ..self }
    }

    pub(crate) fn retryable_if(self, retryable: Retryable) -> Self {
        Self { retryable: retryable == Retryable::Yes, ..self }
    }

    /// It may be gone after this time.
    pub(crate) fn after(self, wait: Duration) -> Self {
        self.retryable().with_header(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)))
    }

    pub(crate) fn about(mut self, request: RequestId) -> Self {
        self.members.request = Some(request);
        self
    }

    /// The same, with what programs act on.
    pub(crate) fn with(self, members: Members) -> Self {
        Self { members: Box::new(members), ..self }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same problem with the status that something else has chosen for it.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status: status.as_u16(), ..self }
    }

    fn with_header(mut self, name: axum::http::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Whether the same call can have another end later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retryable {
    Yes,
    No,
}

/// Text in which nothing is invisible, of a length that can be read.
fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars().take(2000) {
        if letter == ' ' || letter.is_ascii_graphic() || letter.is_alphanumeric() {
            line.push(letter);
        } else {
            line.extend(letter.escape_unicode());
        }
    }
    line
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, headers) = (self.status(), self.headers.clone());
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_problem_has_a_name_of_its_own() {
        let names: BTreeSet<_> = ALL.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), ALL.len());
        for kind in ALL {
            assert!(kind.status.as_u16() >= 400, "{}", kind.name);
            assert!(kind.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        }
    }

    #[test]
    fn what_others_wrote_is_visible_in_a_problem() {
        let problem = Problem::new(MALFORMED, "`a\u{202e}b\n`: \"no\"");
        assert!(!problem.detail.contains(['\u{202e}', '\n']), "{}", problem.detail);
        assert!(problem.detail.contains("\"no\""), "{}", problem.detail);
    }
}
