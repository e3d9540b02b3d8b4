//! An envelope, sent until it is acknowledged.

use serde_json::{Value, json};

use super::sockets::Ack;
use crate::shared::Shared;

/// Where an envelope goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Any,
    Connection(u64),
}

/// What became of an envelope.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    pub(crate) envelope_id: String,
    /// Where it was sent, in order.
    pub(crate) connections: Vec<u64>,
    pub(crate) ack: Option<Ack>,
}

/// Sends an envelope, again on another connection where nobody acknowledges it.
pub(crate) async fn deliver(shared: &Shared, payload: &Value, route: Route) -> Delivered {
    let (number, attempts) = shared.world(|world| (world.next(), world.settings.attempts));
    let envelope_id = format!("{number:08x}-0ef3-4543-94bf-b4133d0e6c15");
    let mut connections = Vec::new();
    for attempt in 0..attempts {
        let patience = shared.world(|world| world.settings.ack_within);
        let mut envelope = json!({
            "envelope_id": envelope_id, "type": "interactive", "payload": payload,
            "accepts_response_payload": payload["type"] == "view_submission",
        });
        if attempt > 0 {
            envelope["retry_attempt"] = json!(attempt);
            envelope["retry_reason"] = json!("timeout");
        }
        let frame = envelope.to_string();
        // Where nobody is there, somebody may come.
        let over = match route {
            Route::Connection(id) if attempt == 0 => Some(id),
            Route::Connection(_) | Route::Any => None,
        };
        let sent =
            shared.until(patience, |shared| shared.sockets(|sockets| sockets.send(over, &frame)));
        if let Some(id) = sent.await {
            connections.push(id);
            let ack = shared.until(patience, |shared| {
                shared.sockets(|sockets| {
                    sockets.acks.iter().find(|ack| ack.envelope_id == envelope_id).cloned()
                })
            });
            if let Some(ack) = ack.await {
                return Delivered { envelope_id, connections, ack: Some(ack) };
            }
        }
    }
    Delivered { envelope_id, connections, ack: None }
}
