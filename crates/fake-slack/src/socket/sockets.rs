//! What is known of all sockets.

use std::collections::BTreeMap;

use axum::extract::ws;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

/// What a connection is told to do.
#[derive(Debug)]
pub(super) enum Order {
    Send(ws::Message),
    /// Closes it as the protocol wants it.
    Close,
    /// Closes TCP, without a word.
    Drop,
    /// Reads and sends nothing any more, and stays open.
    Freeze,
}

/// A connection as a test sees it.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let slack = fake_slack::FakeSlack::start().await;
/// assert!(slack.connections().iter().all(|connection| !connection.is_leaving));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Connection {
    /// Counted from 1, never used again.
    pub id: u64,
    /// Whether the client was told to go: no envelope is sent here.
    pub is_leaving: bool,
    /// Whether it is half-open: nobody answers here.
    pub is_frozen: bool,
    /// How many pings of the client came.
    pub pings: u64,
    /// How many of our pings were answered.
    pub pongs: u64,
}

/// An answer to an envelope. [`Connection`] has an example.
#[derive(Clone, Debug)]
pub struct Ack {
    /// The envelope.
    pub envelope_id: String,
    /// Where it came in.
    pub connection: u64,
    /// What it said besides.
    pub payload: Option<Value>,
    /// When.
    pub at: Instant,
}

/// What is known of all sockets.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    opened: u64,
    open: BTreeMap<u64, (Connection, UnboundedSender<Order>)>,
    /// When each unused address was given out.
    tickets: BTreeMap<String, Instant>,
    /// Where the last envelope went.
    last: u64,
    pub(super) acks: Vec<Ack>,
}

impl Sockets {
    /// Makes an address good for one connection.
    pub(crate) fn issue(&mut self, ticket: &str) {
        self.tickets.insert(ticket.to_owned(), Instant::now());
    }

    /// When the ticket was issued; it is used up.
    pub(super) fn redeem(&mut self, ticket: &str) -> Option<Instant> {
        self.tickets.remove(ticket)
    }

    pub(super) fn open(&mut self, orders: UnboundedSender<Order>) -> u64 {
        self.opened += 1;
        let id = self.opened;
        let connection = Connection { id, is_leaving: false, is_frozen: false, pings: 0, pongs: 0 };
        self.open.insert(id, (connection, orders));
        id
    }

    pub(super) fn close(&mut self, id: u64) {
        self.open.remove(&id);
    }

    pub(crate) fn all(&self) -> Vec<Connection> {
        self.open.values().map(|(connection, _)| connection.clone()).collect()
    }

    /// Notes something about a connection that is open.
    pub(super) fn note(&mut self, id: u64, note: impl FnOnce(&mut Connection)) {
        if let Some((connection, _)) = self.open.get_mut(&id) {
            note(connection);
        }
    }

    /// Whether the connection was there to be told.
    pub(super) fn order(&self, id: u64, order: Order) -> bool {
        self.open.get(&id).is_some_and(|(_, orders)| orders.send(order).is_ok())
    }

    /// Sends an envelope over this connection, or over any: another one than last time, where there are several. Where
    /// it went.
    pub(super) fn send(&mut self, over: Option<u64>, frame: &str) -> Option<u64> {
        let ready = self.open.values().filter(|(connection, _)| !connection.is_leaving);
        let ready: Vec<u64> = ready.map(|(connection, _)| connection.id).collect();
        let next = ready.iter().find(|id| **id > self.last).or(ready.first()).copied();
        let id = over.or(next)?;
        self.order(id, Order::Send(ws::Message::text(frame))).then(|| self.last = id)?;
        Some(id)
    }
}
