//! Whoever is not known to the queue, and whatever is not the queue.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use approvals_core::*;
use approvals_http::RequesterToken;
use approvals_remote::Token;

use crate::line::Stranger;
use crate::site::{Site, call, ran, remote};

const AWAY: Result<u64, Denied> = Err(Denied::Unavailable { what: "the queue" });

fn another() -> Token {
    Token::new(RequesterToken::generate().unwrap().reveal().to_string()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_known_or_not_for_this_runs_nothing() {
    let site = Site::new().await;
    let gate = remote(&format!("http://{}", site.address), &another());
    assert_eq!(ran(&gate, call("app.free")).await, (Err(Denied::NoRequester), 0));
    let (denied, times) = ran(&site.remote(), call("db.read")).await;
    assert!(matches!(denied, Err(Denied::ByPolicy { .. })), "{denied:?}");
    assert_eq!((times, site.trail().await.states().count()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_and_carries_no_token_elsewhere() {
    let target = Stranger::new("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".into(), b"").await;
    for status in ["301 Moved", "307 Temporary", "308 Permanent", "302 Found", "303 See"] {
        let place = format!("location: http://{}/v1/requests", target.address);
        let answer = format!("HTTP/1.1 {status}\r\n{place}\r\ncontent-length: 0\r\n\r\n");
        let stranger = Stranger::new(answer, b"").await;
        let gate = remote(&format!("http://{}", stranger.address), &another());
        assert_eq!(ran(&gate, call("app.free")).await, (AWAY, 0), "{status}");
        assert_eq!(stranger.calls.load(SeqCst), 1);
    }
    assert_eq!(target.calls.load(SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_not_read_to_it() {
    let json = "content-type: application/json";
    for length in ["content-length: 99999999999", "transfer-encoding: chunked"] {
        let chunk: &[u8] = if length.starts_with('t') { b"8\r\n        \r\n" } else { b"        " };
        for kind in ["200 OK", "403 Forbidden"] {
            let json =
                if kind.starts_with('2') { json } else { "content-type: application/problem+json" };
            let answer = format!("HTTP/1.1 {kind}\r\n{json}\r\n{length}\r\n\r\n");
            let stranger = Stranger::new(answer, chunk).await;
            let gate = remote(&format!("http://{}", stranger.address), &another());
            let call = tokio::time::timeout(Duration::from_secs(25), ran(&gate, call("app.free")));
            assert_eq!(call.await, Ok((AWAY, 0)), "{length}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_queue_has_refused_nothing_and_allowed_nothing() {
    let no = r#"{"type":"urn:approvals:problem:denied","status":403,"reason":"no"}"#;
    for (status, kind, body) in [
        ("200 OK", "text/html", "<h1>Welcome</h1>"),
        ("200 OK", "application/json", "{}"),
        ("200 OK", "application/json", r#"{"id":"x","phase":"granted"}"#),
        ("200 OK", "application/problem+json", no),
        ("403 Forbidden", "text/html", "<h1>Who are you</h1>"),
        ("403 Forbidden", "application/json", no),
        ("403 Forbidden", "application/problem+json", "{}"),
        ("403 Forbidden", "application/problem+json", "x"),
        ("407 Proxy", "text/plain", ""),
    ] {
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        let stranger = Stranger::new(answer, b"").await;
        let gate = remote(&format!("http://{}", stranger.address), &another());
        assert_eq!(ran(&gate, call("app.free")).await, (AWAY, 0), "{status} {kind} {body}");
        assert_eq!(stranger.calls.load(SeqCst), 1, "{status} {kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_what_is_printed_of_a_queue() {
    let token = RequesterToken::generate().unwrap().reveal().to_string();
    let gate = remote("http://localhost:9", &Token::new(token.clone()).unwrap());
    let secret: String = token.chars().skip(8).take(12).collect();
    assert!(!format!("{gate:?}").contains(&secret));
    let refused = Token::new(format!("{token}x")).unwrap_err();
    assert!(!format!("{refused:?} {refused}").contains(&secret));
}
