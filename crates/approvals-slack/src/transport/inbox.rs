//! What takes the payloads that come through sockets: each in its own time, no more than so many at once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

/// What to tell Slack about a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It is in good hands, or nobody will ever want it.
    Ack,
    /// It could not be kept: Slack is to send it again.
    Leave,
}

/// The handler of all sockets, and how much it is given.
#[derive(Clone)]
pub(crate) struct Inbox {
    handler: Arc<dyn Fn(Vec<u8>) -> Handling + Send + Sync>,
    room: Arc<Semaphore>,
    ack_within: Duration,
}

type Handling = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// Resolves to the envelope that is to be acknowledged.
pub(crate) type Taking = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

impl Inbox {
    pub(crate) fn new<H, F>(handler: H, room: usize, ack_within: Duration) -> Self
    where
        H: Fn(Vec<u8>) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let handler = Arc::new(move |payload| Box::pin(handler(payload)) as Handling);
        Self { handler, room: Arc::new(Semaphore::new(room)), ack_within }
    }

    /// Has a payload handled. The handler goes on to its end, whatever becomes of the socket and of what this
    /// returns. None when there is no room: Slack will send it again.
    pub(crate) fn take(&self, envelope: String, payload: Vec<u8>) -> Option<Taking> {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            tracing::warn!("too many clicks at once; one is left for Slack to send again");
            return None;
        };
        let handler = Arc::clone(&self.handler);
        let handling = tokio::spawn(async move {
            let reply = handler(payload).await;
            drop(room);
            reply
        });
        let within = self.ack_within;
        Some(Box::pin(async move {
            match timeout(within, handling).await {
                // Slack would tell the reviewer that it failed, which is not so.
                Ok(Ok(Reply::Ack)) | Err(_) => Some(envelope),
                Ok(Ok(Reply::Leave)) => None,
                Ok(Err(_panic)) => {
                    tracing::error!("a click could not be handled; Slack will send it again");
                    None
                }
            }
        }))
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("room", &self.room).finish_non_exhaustive()
    }
}
