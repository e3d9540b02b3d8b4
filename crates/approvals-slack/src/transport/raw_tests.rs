//! Answers that no HTTP server gives on purpose.

use approvals_chat::{Passing, WireError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::harness_tests::{no_canary, whole};
use super::*;

/// A server that reads the head of one request, says this, and hangs up.
async fn saying(answer: Vec<u8>) -> Web {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        drop(stream.read(&mut head).await);
        drop(stream.write_all(&answer).await);
    });
    client(&format!("http://{address}/api/"))
}

fn client(base: &str) -> Web {
    let web = Web::new(base, "xoxb-1-CANARY".parse().unwrap()).unwrap();
    web.within(Duration::from_secs(5))
}

async fn outcome(web: &Web) -> WebError {
    let error = web.auth_test().await.unwrap_err();
    no_canary(&whole(&error));
    error
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_http_leaves_the_call_unsure() {
    for answer in [
        "",
        "garbage",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":true",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{\"ok\":true}",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\u{fffd}\u{fffd}",
    ] {
        let error = outcome(&saying(answer.into()).await).await;
        assert!(matches!(error, WebError::Unsure { .. }), "{answer:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = elsewhere.local_addr().unwrap();
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Go\r\nLocation: http://{to}/api/auth.test\r\nContent-Length: 0\r\n\r\n"
        );
        let error = outcome(&saying(answer.into()).await).await;
        assert!(matches!(error, WebError::Unsure { why: Unsure::Status(_), .. }), "{error:?}");
    }
    let visit = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
    assert!(visit.is_err(), "somebody came");
}

#[tokio::test]
async fn no_more_of_an_answer_is_read_than_slack_could_say() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let (stopped, until_stopped) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        drop(stream.read(&mut head).await);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let (filler, mut written) = (vec![b' '; 65536], 0_usize);
        while stream.write_all(&filler).await.is_ok() {
            written += filler.len();
        }
        stopped.send(written).unwrap();
    });
    let error = outcome(&client(&base)).await;
    assert!(matches!(error, WebError::Unsure { why: Unsure::TooLong, .. }), "{error:?}");
    assert!(until_stopped.await.unwrap() < 64 * 1024 * 1024, "the rest was not listened to");
}

#[tokio::test]
async fn an_answer_that_comes_too_slowly_leaves_the_call_unsure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        drop(stream.read(&mut head).await);
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}" {
            drop(stream.write_all(&[*byte]).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let error = outcome(&client(&base).within(Duration::from_millis(500))).await;
    assert!(matches!(error, WebError::Unsure { why: Unsure::Deadline, .. }), "{error:?}");
}

#[tokio::test]
async fn where_nobody_listens_nothing_has_been_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = outcome(&client(&base)).await;
    assert!(
        matches!(error, WebError::Unsent { .. }) && error.passes_after().is_some(),
        "{error:?}"
    );
}

#[tokio::test]
async fn who_cannot_prove_to_be_slack_gets_no_token() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}/", listener.local_addr().unwrap());
    let came = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}")
            .await
            .unwrap();
        bytes[..read].to_vec()
    });
    let web = match Web::new(&base, "xoxb-1-CANARY".parse().unwrap()) {
        Ok(web) => web,
        // Where nobody can be believed, nobody is called.
        Err(error) => {
            return assert!(matches!(error, SetUpError::Wire(WireError::Roots)), "{error:?}");
        }
    };
    let error = outcome(&web).await;
    assert!(matches!(error, WebError::Unsent { .. }), "{error:?}");
    let came = came.await.unwrap();
    assert_eq!(came.first(), Some(&0x16), "a handshake of TLS");
    no_canary(&String::from_utf8_lossy(&came));
}
