//! One connection, from the upgrade to its end.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, interval_at, sleep};

use super::sockets::{Ack, Order};
use crate::form;
use crate::shared::Shared;

/// Opens a socket for whoever has a ticket.
pub(crate) async fn connect(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response<Body> {
    let query = form::decode(query.as_deref().unwrap_or("")).unwrap_or_default();
    let query: BTreeMap<String, String> = query.into_iter().collect();
    let settings = shared.world(|world| world.settings.clone());
    if let Some(status) = settings.refuse_upgrade {
        return StatusCode::from_u16(status).expect("a status").into_response();
    }
    let ticket = query.get("ticket").map_or("", String::as_str);
    let issued = shared.sockets(|sockets| sockets.redeem(ticket));
    if issued.is_none_or(|issued| issued.elapsed() > settings.ticket_life) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    upgrade.on_upgrade(move |socket| run(shared, socket))
}

/// How a connection ends.
enum End {
    Closed,
    Dropped,
}

async fn run(shared: Arc<Shared>, mut socket: WebSocket) {
    let settings = shared.world(|world| world.settings.clone());
    if shared.sockets(|sockets| sockets.all().len()) >= settings.connections {
        let frame = disconnect("too_many_websockets");
        drop(socket.send(Message::text(frame.to_string())).await);
        drop(socket.send(Message::Close(None)).await);
        return;
    }
    let (orders, mut inbox) = unbounded_channel();
    let id = shared.sockets(|sockets| sockets.open(orders));
    shared.has_changed();
    let app = shared.world(|world| world.app.id.clone());
    let hello = json!({
        "type": "hello", "num_connections": shared.sockets(|sockets| sockets.all().len()),
        "connection_info": {"app_id": app},
        "debug_info": {
            "host": "applink-fake", "build_number": 1, "approximate_connection_time": settings.connection_life.as_secs(),
        },
    });
    let greeted = if settings.says_hello {
        socket.send(Message::text(hello.to_string())).await.is_ok()
    } else {
        true
    };
    if greeted && matches!(talk(&shared, id, &mut socket, &mut inbox).await, End::Closed) {
        drop(socket.send(Message::Close(None)).await);
        // The client may answer, but need not.
        let answer = async { while let Some(Ok(_)) = socket.recv().await {} };
        tokio::select! { () = answer => {}, () = sleep(settings.grace) => {} }
    }
    shared.sockets(|sockets| sockets.close(id));
    shared.has_changed();
}

async fn talk(
    shared: &Shared,
    id: u64,
    socket: &mut WebSocket,
    inbox: &mut UnboundedReceiver<Order>,
) -> End {
    let every = shared.world(|world| world.settings.ping_every);
    let mut pings = interval_at(Instant::now() + every, every);
    let mut is_frozen = false;
    loop {
        tokio::select! {
            order = inbox.recv() => match order {
                Some(Order::Send(frame)) if !is_frozen => {
                    if socket.send(frame).await.is_err() {
                        return End::Dropped;
                    }
                }
                Some(Order::Send(_)) => {}
                Some(Order::Close) => return End::Closed,
                Some(Order::Drop) | None => return End::Dropped,
                Some(Order::Freeze) => is_frozen = true,
            },
            frame = receive(socket, is_frozen) => match frame {
                Some(Ok(frame)) => take(shared, id, &frame),
                Some(Err(_)) | None => return End::Dropped,
            },
            _ = pings.tick(), if !is_frozen => {
                if socket.send(Message::Ping("fake".into())).await.is_err() {
                    return End::Dropped;
                }
            }
        }
    }
}

/// Nothing is read from a frozen socket: so nothing is answered, pings neither.
async fn receive(socket: &mut WebSocket, is_frozen: bool) -> Option<Result<Message, axum::Error>> {
    if is_frozen { pending().await } else { socket.recv().await }
}

fn take(shared: &Shared, id: u64, frame: &Message) {
    shared.sockets(|sockets| match frame {
        Message::Text(text) => {
            let value: Value = serde_json::from_str(text).unwrap_or_default();
            if let Some(envelope) = value["envelope_id"].as_str() {
                let payload = value.get("payload").cloned();
                let envelope_id = envelope.to_owned();
                sockets.acks.push(Ack { envelope_id, connection: id, payload, at: Instant::now() });
            }
        }
        Message::Ping(_) => sockets.note(id, |connection| connection.pings += 1),
        Message::Pong(_) => sockets.note(id, |connection| connection.pongs += 1),
        Message::Binary(_) | Message::Close(_) => {}
    });
    shared.has_changed();
}

pub(super) fn disconnect(reason: &str) -> Value {
    json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})
}
