//! One socket, from its address to its end.

use std::ops::ControlFlow::{self, Break, Continue};

use approvals_chat::{is_here, moment};
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval_at, sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};
use url::Url;

use crate::callback::MAX_BYTES;
use crate::id::AppId;
use crate::transport::envelope::{Frame, MAX_ENVELOPE, Reason, ack};
use crate::transport::fault::WebError;
use crate::transport::inbox::{Inbox, Taking};
use crate::transport::socket::{Habits, Health};
use crate::transport::web::AppWeb;

/// The longest message that is read: a payload in its envelope.
const MAX_MESSAGE: usize = MAX_BYTES + MAX_ENVELOPE;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open socket. It counts as connected for as long as it is there.
#[derive(Debug)]
pub(crate) struct Link {
    stream: Stream,
    habits: Habits,
    health: watch::Sender<Health>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.health.send_modify(Health::closed);
    }
}

/// Why there is no open socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// Slack gives no address.
    #[error(transparent)]
    NoAddress(#[from] WebError),
    /// The address is not one that only Slack can read.
    #[error(
        "Slack gave the address of a socket that is not encrypted; look what stands between it and this host"
    )]
    Readable,
    /// Nothing behaves there as a socket does.
    #[error("the socket did not open: {0}")]
    NoSocket(String),
    /// Slack closes it at once.
    #[error("Slack wants no more sockets now ({0:?})")]
    Unwanted(Reason),
    /// The token is that of an app, and not of ours.
    #[error("the app-level token and the bot token are of two apps; take both from the same")]
    OtherApp,
}

/// Why a socket has to be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Slack says so.
    Said(Reason),
    /// It has broken off.
    Lost,
    /// It is replaced already.
    Left,
}

impl Link {
    /// A socket on which Slack has greeted our app.
    pub(crate) async fn open(
        web: &AppWeb,
        app: &AppId,
        habits: &Habits,
        health: &watch::Sender<Health>,
    ) -> Result<Self, OpenError> {
        let address = web.open_connection().await?;
        let no_socket = |why: &str| OpenError::NoSocket(why.to_owned());
        let connected = timeout(habits.open_within, connect(web, &address)).await;
        let mut stream = connected.map_err(|_late| no_socket("nothing answers"))??;
        let greeted = timeout(habits.open_within, greeted(&mut stream)).await;
        let greeted = greeted.ok().flatten().ok_or_else(|| no_socket("Slack does not greet"))?;
        if greeted.as_deref() != Ok(app.as_str()) {
            drop(timeout(habits.close_within, stream.close(None)).await);
            return Err(greeted.map_or_else(OpenError::Unwanted, |_other| OpenError::OtherApp));
        }
        health.send_modify(Health::opened);
        Ok(Self { stream, habits: habits.clone(), health: health.clone() })
    }

    /// Reads until the socket ends. Says in `ends` when another one is needed, which may be long before that.
    /// Stays for a while after `leave` has been said, since payloads may still come.
    pub(crate) async fn serve(
        self,
        inbox: Inbox,
        ends: oneshot::Sender<End>,
        leave: oneshot::Receiver<()>,
    ) {
        let mut served = Served {
            link: self,
            inbox,
            ends: Some(ends),
            taken: FuturesUnordered::new(),
            unanswered: 0,
        };
        let end = served.read(leave).await;
        if end == End::Left {
            served.finish().await;
        }
        let Served { mut link, ends, .. } = served;
        // Slack may keep the connection although the socket is closed.
        drop(timeout(link.habits.close_within, link.stream.close(None)).await);
        // No longer counted when its end is heard of.
        drop(link);
        if let Some(ends) = ends {
            let _unheard = ends.send(end);
        }
    }
}

/// Whether Slack greets our app on a socket, which is closed at once.
pub(crate) async fn greets(web: &AppWeb, app: &AppId, habits: &Habits) -> Result<(), OpenError> {
    let mut link = Link::open(web, app, habits, &watch::Sender::default()).await?;
    drop(timeout(habits.close_within, link.stream.close(None)).await);
    Ok(())
}

/// A socket that is being read.
struct Served {
    link: Link,
    inbox: Inbox,
    /// Until it has been said that another one is needed.
    ends: Option<oneshot::Sender<End>>,
    /// What has been handed on and not been acknowledged.
    taken: FuturesUnordered<Taking>,
    /// How often in a row nothing has come between two pings.
    unanswered: u32,
}

/// What happened first.
enum Event {
    Came(Option<Result<Message, Error>>),
    Taken(Option<String>),
    Tick,
    Leave,
}

impl Served {
    async fn read(&mut self, leave: oneshot::Receiver<()>) -> End {
        let Habits { ping_every, overlap, .. } = self.link.habits;
        let mut ticks = interval_at(moment(ping_every), ping_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut leaving = Box::pin(async {
            match leave.await {
                Ok(()) => sleep(overlap).await,
                Err(_nobody_says_it) => std::future::pending().await,
            }
        });
        loop {
            let event = tokio::select! {
                came = self.link.stream.next() => Event::Came(came),
                Some(envelope) = self.taken.next() => Event::Taken(envelope),
                _ = ticks.tick() => Event::Tick,
                () = &mut leaving => Event::Leave,
            };
            let next = match event {
                Event::Came(Some(Ok(message))) => self.hear(message).await,
                Event::Came(Some(Err(_)) | None) => Break(End::Lost),
                Event::Taken(Some(envelope)) => self.acknowledge(&envelope).await,
                Event::Taken(None) => Continue(()),
                Event::Tick => self.ping().await,
                Event::Leave => Break(End::Left),
            };
            if let Break(end) = next {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> ControlFlow<End> {
        self.unanswered = 0;
        let frame = match message {
            Message::Text(text) => Frame::read(&text),
            Message::Close(_) => return Break(End::Lost),
            Message::Ping(_) | Message::Pong(_) => return Continue(()),
            Message::Binary(_) | Message::Frame(_) => None,
        };
        match frame {
            Some(Frame::Interactive { envelope, payload }) => {
                self.taken.extend(self.inbox.take(envelope, payload));
                Continue(())
            }
            Some(Frame::Other { envelope }) => self.acknowledge(&envelope).await,
            Some(Frame::Disconnect(reason @ Reason::Refresh)) => {
                if let Some(ends) = self.ends.take() {
                    let _unheard = ends.send(End::Said(reason));
                }
                Continue(())
            }
            Some(Frame::Disconnect(reason)) => Break(End::Said(reason)),
            Some(Frame::Hello { .. }) => Continue(()),
            None => {
                tracing::debug!("Slack has sent something that is not understood, and ignored");
                Continue(())
            }
        }
    }

    async fn acknowledge(&mut self, envelope: &str) -> ControlFlow<End> {
        self.send(Message::text(ack(envelope))).await
    }

    async fn ping(&mut self) -> ControlFlow<End> {
        if self.unanswered >= self.link.habits.missed_pings {
            return Break(End::Lost);
        }
        self.unanswered = self.unanswered.saturating_add(1);
        self.send(Message::Ping(Vec::new().into())).await
    }

    /// A socket that takes nothing for so long is dead.
    async fn send(&mut self, message: Message) -> ControlFlow<End> {
        match timeout(self.link.habits.ping_every, self.link.stream.send(message)).await {
            Ok(Ok(())) => Continue(()),
            Ok(Err(_)) | Err(_) => Break(End::Lost),
        }
    }

    /// Acknowledges what has been handed on.
    async fn finish(&mut self) {
        while let Some(envelope) = self.taken.next().await {
            if let Some(envelope) = envelope
                && self.acknowledge(&envelope).await.is_break()
            {
                return;
            }
        }
    }
}

/// Errors of the library are not passed on whole: some quote the address, which is as good as a password.
async fn connect(web: &AppWeb, address: &str) -> Result<Stream, OpenError> {
    let url: Url = address.parse().map_err(|_malformed| OpenError::Readable)?;
    let is_stand_in = web.caller.is_stand_in() && url.scheme() == "ws" && is_here(&url);
    if url.scheme() != "wss" && !is_stand_in {
        return Err(OpenError::Readable);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let tls = Some(web.caller.connector());
    let connected = connect_async_tls_with_config(url.as_str(), Some(config), true, tls).await;
    connected.map(|(stream, _)| stream).map_err(|error| {
        OpenError::NoSocket(if let Error::Http(response) = error {
            format!("status {}", response.status().as_u16())
        } else if let Error::Io(error) = error {
            error.kind().to_string()
        } else {
            "what answers is no socket".to_owned()
        })
    })
}

/// The app that Slack greets, or why it does not. What else comes before that is not looked at.
async fn greeted(stream: &mut Stream) -> Option<Result<String, Reason>> {
    while let Some(Ok(message)) = stream.next().await {
        if let Message::Text(text) = message {
            match Frame::read(&text) {
                Some(Frame::Hello { app }) => return Some(Ok(app.unwrap_or_default())),
                Some(Frame::Disconnect(reason)) => return Some(Err(reason)),
                Some(Frame::Interactive { .. } | Frame::Other { .. }) | None => {}
            }
        }
    }
    None
}
