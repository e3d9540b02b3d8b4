//! What a test does to sockets.

use std::sync::Arc;

use axum::extract::ws::Message;

use super::connection::disconnect;
use super::sockets::{Ack, Connection, Order};
use crate::fake::FakeSlack;
use crate::shared::Shared;

impl FakeSlack {
    /// All sockets that are open, oldest first.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.shared.sockets(|sockets| sockets.all())
    }

    /// All acknowledgements that came, of whatever envelope.
    #[must_use]
    pub fn acks(&self) -> Vec<Ack> {
        self.shared.sockets(|sockets| sockets.acks.clone())
    }

    /// Waits until so many sockets are open, no more and no fewer.
    pub async fn until_connected(&self, count: usize) -> Vec<Connection> {
        let look = |slack: &Self| Some(slack.connections()).filter(|open| open.len() == count);
        self.until(&format!("{count} sockets are open"), look).await
    }

    /// Tells a client to go, as Slack does: `warning` comes before the end, and envelopes still come, too; after any
    /// other reason no envelope comes, and the socket is closed after [`Settings::grace`](crate::Settings::grace).
    /// `link_disabled` switches Socket Mode off, and so do the sockets of everybody else end.
    pub fn disconnect(&self, connection: u64, reason: &str) {
        if reason == "link_disabled" {
            self.edit(|world| world.app.socket_mode = false);
        }
        let is_all = reason == "link_disabled";
        for id in
            self.connections().iter().map(|open| open.id).filter(|id| is_all || *id == connection)
        {
            leave(&self.shared, id, reason);
        }
    }

    /// Sends any text, which need not be an envelope nor JSON.
    pub fn send_text(&self, connection: u64, text: &str) {
        self.order(connection, Order::Send(Message::text(text)));
    }

    /// Sends a binary frame.
    pub fn send_binary(&self, connection: u64, bytes: &[u8]) {
        self.order(connection, Order::Send(Message::binary(bytes.to_vec())));
    }

    /// Closes a socket as the protocol wants it.
    pub fn close_socket(&self, connection: u64) {
        self.order(connection, Order::Close);
    }

    /// Closes TCP, without a word.
    pub fn drop_socket(&self, connection: u64) {
        self.order(connection, Order::Drop);
    }

    /// From now on the socket is half-open: it stays, and nothing comes from it nor is read.
    pub fn freeze_socket(&self, connection: u64) {
        self.shared.sockets(|sockets| sockets.note(connection, |open| open.is_frozen = true));
        self.order(connection, Order::Freeze);
    }

    /// The client may have closed the socket in the meantime: then it is closed.
    fn order(&self, connection: u64, order: Order) {
        self.shared.sockets(|sockets| sockets.order(connection, order));
    }
}

fn leave(shared: &Arc<Shared>, id: u64, reason: &str) {
    let frame = Message::text(disconnect(reason).to_string());
    shared.sockets(|sockets| {
        sockets.order(id, Order::Send(frame));
        sockets.note(id, |open| open.is_leaving = reason != "warning");
    });
    if reason == "warning" {
        return;
    }
    let (shared, grace) = (Arc::clone(shared), shared.world(|world| world.settings.grace));
    tokio::spawn(async move {
        tokio::time::sleep(grace).await;
        shared.sockets(|sockets| sockets.order(id, Order::Close));
    });
}
