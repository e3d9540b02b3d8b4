use std::sync::Arc;
use std::time::Duration;

use approvals_chat::Incoming;
use fake_slack::FakeSlack;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

use super::*;
use crate::callback::MAX_BYTES;
use crate::verify::{SIGNATURE, TIMESTAMP};

/// Serves the router, and returns where.
async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A router that always says the same, and what it was given.
fn always(verdict: Verdict) -> (axum::Router, mpsc::UnboundedReceiver<Incoming>) {
    let (given, gets) = mpsc::unbounded_channel();
    let router = router(move |incoming| {
        given.send(incoming).unwrap();
        async move { verdict }
    });
    (router, gets)
}

/// Everything that comes back for these bytes.
async fn raw(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // It may answer before it has read everything.
    drop(stream.write_all(request).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

fn call(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").into()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[tokio::test]
async fn a_call_is_handed_on_as_it_came_with_all_values_of_its_signature() {
    let (router, mut gets) = always(Verdict::Accepted);
    let address = serve(router).await;
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nX-Slack-Signature: v0=1\r\nx-slack-signature: v0=2\r\n\
         X-Slack-Request-Timestamp: \u{fffd}\r\nContent-Length: 4\r\n\r\np=%2"
    );
    let answer = raw(&address, request.as_bytes()).await;
    assert_eq!(status(&answer), "200");
    assert!(answer.ends_with("\r\n\r\n"), "there is nothing in it: {answer}");
    let incoming = gets.recv().await.unwrap();
    let all = |name| incoming.all(name).collect::<Vec<_>>();
    assert_eq!(all(SIGNATURE), [b"v0=1", b"v0=2"]);
    assert_eq!(all(TIMESTAMP), ["\u{fffd}".as_bytes()]);
    assert_eq!(&incoming.body[..], b"p=%2");
}

#[tokio::test]
async fn whoever_calls_learns_the_verdict_and_nothing_else() {
    for (verdict, expected) in [
        (Verdict::Accepted, "200"),
        (Verdict::Unverified, "401"),
        (Verdict::Foreign, "403"),
        (Verdict::Malformed, "400"),
        (Verdict::Unavailable, "503"),
    ] {
        let (router, _gets) = always(verdict);
        let answer = raw(&serve(router).await, &call("payload=CANARY")).await;
        assert_eq!(status(&answer), expected);
        assert!(answer.ends_with("\r\n\r\n"), "there is nothing in it: {answer}");
    }
}

#[tokio::test]
async fn only_a_post_to_that_path_of_a_body_that_slack_could_send_reaches_the_handler() {
    let (router, mut gets) = always(Verdict::Accepted);
    let address = serve(router).await;
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let request =
            format!("{method} {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        assert_eq!(status(&raw(&address, request.as_bytes()).await), "405", "{method}");
    }
    let elsewhere =
        b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(status(&raw(&address, elsewhere).await), "404");
    let announced = format!(
        "POST {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 1048577\r\n\r\n"
    );
    assert_eq!(status(&raw(&address, announced.as_bytes()).await), "413");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000)).repeat(17);
    let chunked = format!(
        "POST {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
    );
    assert_eq!(status(&raw(&address, chunked.as_bytes()).await), "413");
    assert!(gets.try_recv().is_err(), "none of them was handed on");
    assert_eq!(status(&raw(&address, &call(&"x".repeat(1024 * 1024))).await), "200");
    assert_eq!(gets.recv().await.unwrap().body.len(), 1024 * 1024);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let (router, mut gets) = always(Verdict::Accepted);
    let address = serve(router).await;
    let request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhalf"
    );
    assert_eq!(status(&raw(&address, request.as_bytes()).await), "408");
    assert!(gets.try_recv().is_err());
}

/// F4, 31.
#[tokio::test]
async fn slack_has_its_answer_in_time_while_a_slow_handler_goes_on() {
    let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (handler_go, handler_done) = (Arc::clone(&go), Arc::clone(&done));
    let router = router(move |_| {
        let (go, done) = (Arc::clone(&handler_go), Arc::clone(&handler_done));
        async move {
            go.notified().await;
            done.notify_one();
            Verdict::Unavailable
        }
    });
    let address = serve(router).await;
    let slack = FakeSlack::start().await;
    slack.edit(|world| world.app.interactivity_url = Some(format!("http://{address}{PATH}")));
    let answer = slack.interaction(json!({"type": "block_actions"}), None, None).send().await;
    assert!(answer.is_acked, "{answer:?}");
    go.notify_one();
    done.notified().await;
    // Planted: a Slack that is less patient sees that the answer was late.
    slack.edit(|world| world.settings.ack_within = Duration::from_secs(1));
    let answer = slack.interaction(json!({"type": "block_actions"}), None, None).send().await;
    assert!(!answer.is_acked, "{answer:?}");
}

#[tokio::test]
async fn a_handler_that_has_begun_ends_whoever_hangs_up() {
    let (go, done, begun) =
        (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (handler_go, handler_done, handler_begun) = (go.clone(), done.clone(), begun.clone());
    let router = router(move |_| {
        let (go, done, begun) = (handler_go.clone(), handler_done.clone(), handler_begun.clone());
        async move {
            begun.notify_one();
            go.notified().await;
            done.notify_one();
            Verdict::Accepted
        }
    });
    let mut stream = TcpStream::connect(serve(router).await).await.unwrap();
    stream.write_all(&call("payload")).await.unwrap();
    begun.notified().await;
    drop(stream);
    tokio::time::sleep(Duration::from_millis(100)).await;
    go.notify_one();
    done.notified().await;
}

#[tokio::test]
async fn where_calls_cannot_be_handled_slack_is_told_so() {
    let panics = router(|_| async { panic!("planted") });
    assert_eq!(status(&raw(&serve(panics).await, &call("payload")).await), "503");
    let busy = serve(router(|_| std::future::pending())).await;
    let (address, many) = (busy.as_str(), 256);
    let first = futures_util::future::join_all(
        (0..many).map(|_| async { raw(address, &call("payload")).await }),
    )
    .await;
    assert!(first.iter().all(|answer| status(answer) == "200"));
    assert_eq!(status(&raw(address, &call("one too many")).await), "503");
}

/// A call that has sent so many bytes of its body, and not the last one.
async fn begun(address: &str, sent: usize) -> TcpStream {
    let length = sent.saturating_add(1);
    let head = format!("POST {PATH} HTTP/1.1\r\nHost: here\r\nContent-Length: {length}\r\n\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; sent]).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_read_at_once_than_there_is_room_for_and_whoever_sends_little_takes_little() {
    let (router, _gets) = always(Verdict::Accepted);
    let address = serve(router).await;
    let slow = futures_util::future::join_all((0..300).map(|_| begun(&address, 4))).await;
    until_answered(&address, "200").await;
    drop(slow);
    // 64 megabytes, but for some bytes: as long as none of them is given up for late.
    let is_full = async || {
        let sizes = (0..64).map(|_| MAX_BYTES - 1).chain([60]);
        let _held = futures_util::future::join_all(sizes.map(|size| begun(&address, size))).await;
        is_answered(&address, "503").await
    };
    assert!(is_full().await || is_full().await || is_full().await);
    until_answered(&address, "200").await;
}

/// Calls until that is the answer, unless that takes too long.
async fn is_answered(address: &str, expected: &str) -> bool {
    let calling = async {
        while status(&raw(address, &call("payload")).await) != expected {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // By then, none of the bodies that do not come is waited for.
    tokio::time::timeout(Duration::from_millis(2400), calling).await.is_ok()
}

async fn until_answered(address: &str, expected: &str) {
    assert!(is_answered(address, expected).await, "it never answers {expected}");
}
