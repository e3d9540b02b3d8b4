//! Bodies, read strictly: one spelling of each, nothing in it that is not known, no more than is needed.

use std::sync::Arc;

use approvals_core::canonical;
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::problem::{self, Problem};
use crate::shared::Shared;

/// The most bytes of what an agent submits.
pub(crate) const ACTION: usize = 512 * 1024;

/// The most bytes of everything else.
pub(crate) const SMALL: usize = 16 * 1024;

/// A JSON body of at most `MOST` bytes.
#[derive(Debug)]
pub(crate) struct Json<T, const MOST: usize>(pub(crate) T);

/// No body.
#[derive(Debug)]
pub(crate) struct Nothing;

impl<T: DeserializeOwned, const MOST: usize> FromRequest<Arc<Shared>> for Json<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let bytes = in_time(shared, request.into_body(), MOST).await?;
        let value = canonical::parse(&bytes, MOST)?;
        serde_json::from_value(value).map(Self).map_err(|error| {
            Problem::new(problem::MALFORMED, format_args!("the body is refused: {error}"))
        })
    }
}

impl FromRequest<Arc<Shared>> for Nothing {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let bytes = in_time(shared, request.into_body(), SMALL).await?;
        if bytes.is_empty() {
            Ok(Self)
        } else {
            Err(Problem::new(problem::MALFORMED, "this takes no body; leave it out"))
        }
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let refuse =
        || Problem::new(problem::MEDIA, "send `Content-Type: application/json`, and no encoding");
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else { return Err(refuse()) };
    let text = value.to_str().map_err(|_binary| refuse())?.to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let is_plain = parts.next() == Some("application/json")
        && parts.all(|part| matches!(part, "charset=utf-8" | "charset=\"utf-8\""));
    if is_plain && !headers.contains_key(CONTENT_ENCODING) { Ok(()) } else { Err(refuse()) }
}

async fn in_time(shared: &Shared, body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        Problem::new(
            problem::TOO_LARGE,
            format_args!("the body is larger than {most} bytes; send less"),
        )
    };
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(too_large());
    }
    let reading = async {
        let (mut chunks, mut read) = (body.into_data_stream(), Vec::new());
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk
                .map_err(|_cut| Problem::new(problem::MALFORMED, "the body ended too early"))?;
            if read.len().saturating_add(chunk.len()) > most {
                return Err(too_large());
            }
            read.extend_from_slice(&chunk);
        }
        Ok(read)
    };
    let time = shared.capacity.answer_within;
    tokio::time::timeout(time, reading).await.unwrap_or_else(|_elapsed| {
        Err(Problem::new(problem::SLOW, "the body did not come in time; send it again").retryable())
    })
}

/// The fields of a form, with what it carries so that no other site can send it.
pub(crate) async fn fields<T: DeserializeOwned>(
    shared: &Shared,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Zeroizing<String>, T), Problem> {
    let refuse = |why| Problem::new(problem::MALFORMED, why);
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::new(problem::MEDIA, "this takes the form of its page"));
    }
    let bytes = in_time(shared, body, SMALL).await?;
    let mut sent = serde_json::Map::new();
    for (name, value) in url::form_urlencoded::parse(&bytes) {
        if sent.insert(name.into_owned(), value.into_owned().into()).is_some() {
            return Err(refuse("a field stands there twice; load the page again"));
        }
    }
    let csrf = match sent.remove("csrf") {
        Some(serde_json::Value::String(csrf)) => Zeroizing::new(csrf),
        Some(_) | None => return Err(refuse("the form is not whole; load the page again")),
    };
    let sent = serde_json::from_value(sent.into());
    Ok((csrf, sent.map_err(|_other| refuse("the form is not of this page; load it again"))?))
}
