//! What tests of sockets share: a handler that remembers, clicks, and what to wait for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_slack::{Answer, FakeSlack, office};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::harness_tests::app_web;
use super::*;

/// Longer than anything takes; lower in a test means that it has to be reached.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// Habits under which nothing happens by itself.
pub(super) fn habits() -> Habits {
    Habits {
        connections: 2,
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(200),
        ..Habits::default()
    }
}

/// What the handler was given, and what it says.
#[derive(Clone, Default)]
pub(super) struct Desk {
    given: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Desk {
    pub(super) fn given(&self) -> Vec<Value> {
        let given = self.given.lock().unwrap();
        given.iter().map(|payload| serde_json::from_slice(payload).unwrap()).collect()
    }

    pub(super) fn times(&self, number: i32) -> usize {
        self.given().iter().filter(|payload| payload["number"] == number).count()
    }

    pub(super) fn note(&self, payload: Vec<u8>) -> usize {
        let mut given = self.given.lock().unwrap();
        given.push(payload);
        given.len()
    }

    /// Sockets whose handler acknowledges at once.
    pub(super) fn open(&self, slack: &FakeSlack, habits: Habits) -> Sockets {
        let desk = self.clone();
        Sockets::open(app_web(slack), office::APP.parse().unwrap(), habits, move |payload| {
            desk.note(payload);
            async { Reply::Ack }
        })
    }
}

/// A click, as far as the transport cares.
pub(super) async fn click(slack: &FakeSlack, number: i32) -> Answer {
    slack.interaction(json!({"number": number}), None, None).send().await
}

pub(super) async fn click_over(slack: &FakeSlack, connection: u64, number: i32) -> Answer {
    slack.interaction(json!({"number": number}), None, None).over(connection).send().await
}

pub(super) fn opens(slack: &FakeSlack) -> usize {
    slack.calls_of("apps.connections.open").len()
}

pub(super) async fn until_alarm(sockets: &Sockets) -> Alarm {
    until(sockets, |health| health.alarm.is_some()).await.alarm.unwrap()
}

pub(super) async fn until_healthy(sockets: &Sockets, connected: usize) {
    until(sockets, |health| *health == Health { connected, alarm: None }).await;
}

async fn until(sockets: &Sockets, is_so: impl Fn(&Health) -> bool) -> Health {
    let mut health = sockets.health();
    let waiting = timeout(LONG, health.wait_for(is_so));
    waiting.await.expect("it does not take so long").unwrap().clone()
}

/// Acknowledgements that are given up for lost soon, so that envelopes come again soon.
pub(super) fn hasty(slack: &FakeSlack) {
    slack.edit(|world| world.settings.ack_within = Duration::from_secs(1));
}
