//! What is answered.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

/// An answer in JSON.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Reply {
    pub(super) fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// The connector's error.
    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": message}}))
    }

    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status");
        let kind = ("content-type", "application/json; charset=utf-8".to_owned());
        for (name, value) in self.headers.into_iter().chain([kind]) {
            response.headers_mut().insert(name, value.parse().expect("a header's value"));
        }
        response
    }
}
