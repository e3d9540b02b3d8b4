//! What changes, as it changes.

use std::time::Duration;

use tokio::net::TcpStream;

use crate::client::{Call, dechunked, read};
use crate::world::{Site, World};

/// A stream that is open.
struct Open {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Open {
    async fn new(call: &Call) -> Self {
        Self { stream: call.open().await, bytes: Vec::new() }
    }

    /// What has been told, once that has `text` in it; or all, once it has ended.
    async fn until(&mut self, text: &str) -> String {
        let wait = async {
            loop {
                let told = self.told();
                if told.contains(text) {
                    return told;
                }
                if !read(&self.stream, &mut self.bytes).await {
                    return self.told();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it is told in time")
    }

    fn told(&self) -> String {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let body = end.map(|end| dechunked(&self.bytes[end + 4..])).unwrap_or_default();
        String::from_utf8(body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hears_of_what_is_theirs_and_of_nothing_else() {
    let world = World::new().await;
    let mut own = Open::new(&world.agent("GET", "/v1/events")).await;
    let other = world.call("GET", "/v1/events").bearer(&world.site.tokens.other);
    let mut other = Open::new(&other).await;
    let mut mira = Open::new(&world.page("mira", "GET", "/v1/reviews/events")).await;
    let mut zoe = Open::new(&world.page("zoe", "GET", "/v1/reviews/events")).await;
    let mut siem = Open::new(&world.auditor("/v1/log/stream")).await;
    for stream in [&mut own, &mut other, &mut mira, &mut zoe, &mut siem] {
        stream.until("event: hello").await;
    }
    let id = world.asked("mine").await;
    world.decide("mira", &id, "approve").await;
    assert!(own.until("granted").await.contains(&id));
    assert!(mira.until("granted").await.contains(&id));
    assert!(siem.until(&id).await.contains("event: entry"));
    for stream in [&mut other, &mut zoe] {
        assert!(!stream.told().contains(&id));
    }
    // Whoever comes back hears what was missed, and no more.
    let last = own.told().lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    let again = world.agent("GET", "/v1/events").with("last-event-id", &last);
    let told = Open::new(&again).await.until("granted").await;
    assert!(told.contains("pending") && told.contains("granted"), "{told}");
    let beyond = world.agent("GET", "/v1/events").with("last-event-id", "99999999");
    assert!(Open::new(&beyond).await.until("reset").await.contains("event: reset"));
    let bad = world.agent("GET", "/v1/events").with("last-event-id", "+1").send().await;
    assert_eq!((bad.status, bad.problem().as_str()), (400, "malformed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_watch_than_there_is_room_for_and_streams_end_with_the_server() {
    let site = Site::new().await;
    let world = site.serve(|capacity| capacity.streams(9, 1)).await;
    let call = world.agent("GET", "/v1/events");
    let mut held = Open::new(&call).await;
    held.until("hello").await;
    let refused = call.send().await;
    assert_eq!((refused.status, refused.problem().as_str()), (429, "too-many"));
    world.queue.leave();
    held.until("never told").await;
}
