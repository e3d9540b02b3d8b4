//! How a page is answered: what browsers may do with it, and what is shown when something cannot be done.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::inbox::{ErrorPage, Shell};
use crate::problem::Problem;
use crate::shared::Shared;

/// The media type of a page.
pub(crate) const PAGE: &str = "text/html; charset=utf-8";

/// What a page may load and do: files and calls of this server, and nothing in line.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

/// What else browsers are told about a page.
const RULES: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_FRAME_OPTIONS, "DENY"),
    // With `no-referrer`, browsers do not say from which page a form was sent.
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
];

/// A page, as it is answered.
pub(crate) fn page(page: &impl Template) -> Result<Response, Problem> {
    rendered(page, StatusCode::OK)
}

fn rendered(page: &impl Template, status: StatusCode) -> Result<Response, Problem> {
    let text = page.render().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a page cannot be rendered");
        Problem::new(
            crate::problem::INTERNAL,
            "this page cannot be shown; the server's log says why",
        )
    })?;
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(PAGE));
    for (name, rule) in RULES {
        headers.insert(name, HeaderValue::from_static(rule));
    }
    Ok(response)
}

/// What is shown when something cannot be done.
pub(crate) fn failed(shared: &Shared, problem: &Problem) -> Response {
    let shown = ErrorPage {
        shell: Shell::signed_out(shared.gate.origin()),
        status: problem.status().as_u16(),
        title: problem.title().to_owned(),
        detail: problem.detail().to_owned(),
        request: problem.request().map(|request| request.to_string()),
    };
    rendered(&shown, problem.status()).unwrap_or_else(axum::response::IntoResponse::into_response)
}

/// The page, or what is shown when it cannot be.
pub(crate) fn shown(shared: &Shared, page: Result<Response, Problem>) -> Response {
    page.unwrap_or_else(|problem| failed(shared, &problem))
}
