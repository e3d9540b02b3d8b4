//! What the Web API answers with.

use axum::body::Body;
use axum::http::Response;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use serde_json::{Value, json};

use super::auth::Needs;
use crate::world::App;

/// `{"ok":true,…}`, or what a failure became.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    body: Value,
    headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// `ok` is added to the object.
    pub(crate) fn new(mut body: Value) -> Self {
        body["ok"] = json!(true);
        Self { body, headers: Vec::new() }
    }

    pub(super) fn with_scopes(mut self, app: &App, needs: Needs) -> Self {
        if let Needs::Bot(any_of) = needs {
            self.headers.push(("x-oauth-scopes", auth_scopes(app)));
            self.headers.push(("x-accepted-oauth-scopes", any_of.join(",")));
        }
        self
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        let json = "application/json; charset=utf-8".parse().expect("a header's value");
        response.headers_mut().insert(CONTENT_TYPE, json);
        for (name, value) in self.headers {
            let value = value.parse().expect("a header's value");
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}

pub(super) fn auth_scopes(app: &App) -> String {
    app.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// `{"ok":false,"error":…}`.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Value);

impl Failure {
    pub(crate) fn new(code: &str) -> Self {
        Self(json!({"ok": false, "error": code}))
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }

    /// With reasons, in both of the places where Slack puts them.
    pub(crate) fn because(self, errors: &[String]) -> Self {
        let messages: Vec<String> = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
        self.with("errors", errors.to_vec())
            .with("response_metadata", json!({"messages": messages}))
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        Self { body: failure.0, headers: Vec::new() }
    }
}
