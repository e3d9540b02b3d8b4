//! What pages load: files of this program, which never change under their names.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::inbox::assets::find;
use crate::problem::{NOT_FOUND, Problem};

pub(super) async fn file(uri: Uri) -> Result<Response, Problem> {
    let none = || Problem::new(NOT_FOUND, "there is no such file; load the page again");
    let asset = find(uri.path()).ok_or_else(none)?;
    let mut response = Body::from(asset.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, for_ever);
    Ok(response)
}
