//! Socket Mode: what people click comes through sockets that this host opens, so nothing has to reach it.

use std::future::Future;
use std::time::Duration;

use approvals_chat::{Backoff, jittered};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::id::AppId;
use crate::transport::envelope::Reason;
use crate::transport::fault::WebError;
use crate::transport::inbox::{Inbox, Reply};
use crate::transport::link::{End, Link, OpenError};
use crate::transport::web::AppWeb;

/// How sockets are kept. The defaults are for Slack, the rest for tests.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    /// How many sockets are kept open: 1 to 10, which is the most that Slack allows.
    pub(crate) connections: usize,
    pub(crate) open_within: Duration,
    pub(crate) ping_every: Duration,
    /// After so many pings in a row without anything from the other side, the socket is dead.
    pub(crate) missed_pings: u32,
    /// How long a payload may be handled before it is acknowledged all the same. Slack waits for three seconds.
    pub(crate) ack_within: Duration,
    /// How many payloads are handled at once.
    pub(crate) room: usize,
    /// How long a socket is read on when another one has taken its place.
    pub(crate) overlap: Duration,
    pub(crate) close_within: Duration,
    /// The first wait after a failure. Each further one is longer.
    pub(crate) first_wait: Duration,
    /// The longest wait, and the wait when nothing will change before somebody does something.
    pub(crate) longest_wait: Duration,
    /// A socket that was open for so long has not failed.
    pub(crate) steady: Duration,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            connections: 2,
            open_within: Duration::from_secs(10),
            ping_every: Duration::from_secs(5),
            missed_pings: 3,
            ack_within: Duration::from_millis(2500),
            room: 256,
            overlap: Duration::from_secs(30),
            close_within: Duration::from_secs(1),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            steady: Duration::from_secs(30),
        }
    }
}

/// How the sockets are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    /// How many are open.
    pub(crate) connected: usize,
    /// What somebody has to do something about, until a socket opens again.
    pub(crate) alarm: Option<Alarm>,
}

impl Health {
    pub(crate) fn opened(&mut self) {
        self.connected = self.connected.saturating_add(1);
        self.alarm = None;
    }

    pub(crate) fn closed(&mut self) {
        self.connected = self.connected.saturating_sub(1);
    }
}

/// Why no click will come before somebody does something about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Alarm {
    #[error("Socket Mode of the Slack app is switched off; switch it on, or use the HTTP endpoint")]
    LinkDisabled,
    /// The words of what has failed.
    #[error("{0}")]
    Refused(String),
}

/// Open sockets. Dropping it closes them; what has been handed to the handler is handled to its end.
#[derive(Debug)]
pub(crate) struct Sockets {
    _keepers: JoinSet<()>,
    health: watch::Receiver<Health>,
}

impl Sockets {
    /// Opens sockets for that app, keeps them open, and hands each payload to the handler.
    ///
    /// The payload is acknowledged when the handler says so, and after two and a half seconds in any case: the
    /// handler goes on then. It gets the same payload again if Slack has not heard that.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub(crate) fn open<H, F>(web: AppWeb, app: AppId, habits: Habits, handler: H) -> Self
    where
        H: Fn(Vec<u8>) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let inbox = Inbox::new(handler, habits.room, habits.ack_within);
        let (sender, health) = watch::channel(Health::default());
        let connections = habits.connections.clamp(1, 10);
        let keeper = Keeper { web, app, habits, inbox, health: sender };
        let keepers = (0..connections).map(|_| keeper.clone().keep()).collect();
        Self { _keepers: keepers, health }
    }

    /// How they are, now and whenever that changes.
    pub(crate) fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }
}

/// What keeps one socket open, or two for the time of a change.
#[derive(Clone, Debug)]
struct Keeper {
    web: AppWeb,
    app: AppId,
    habits: Habits,
    inbox: Inbox,
    health: watch::Sender<Health>,
}

impl Keeper {
    async fn keep(self) {
        let mut backoff = Backoff::new(self.habits.first_wait, self.habits.longest_wait);
        let mut links = JoinSet::new();
        let mut old: Option<oneshot::Sender<()>> = None;
        loop {
            while links.try_join_next().is_some() {}
            let link = match Link::open(&self.web, &self.app, &self.habits, &self.health).await {
                Ok(link) => link,
                Err(error) => {
                    sleep(self.failed(&error, &mut backoff)).await;
                    continue;
                }
            };
            if let Some(old) = old.take() {
                let _gone = old.send(());
            }
            let (ends, ended) = oneshot::channel();
            let (leave, left) = oneshot::channel();
            let opened = Instant::now();
            links.spawn(link.serve(self.inbox.clone(), ends, left));
            old = Some(leave);
            let end = ended.await.unwrap_or(End::Lost);
            let mut wait = self.after(end);
            if opened.elapsed() >= self.habits.steady {
                backoff.reset();
            } else {
                // It may be that no socket lasts.
                wait = wait.saturating_add(backoff.wait());
            }
            sleep(wait).await;
        }
    }

    /// How long to wait after there was no socket.
    fn failed(&self, error: &OpenError, backoff: &mut Backoff) -> Duration {
        let wait = backoff.wait();
        match error {
            OpenError::NoAddress(WebError::Later { after, .. }) => wait.saturating_add(*after),
            OpenError::NoAddress(WebError::Unsent { .. } | WebError::Unsure { .. })
            | OpenError::NoSocket(_) => {
                tracing::warn!(
                    error = error as &dyn std::error::Error,
                    "no socket to Slack; it is tried again"
                );
                wait
            }
            OpenError::NoAddress(WebError::Fatal { .. } | WebError::Refused { .. })
            | OpenError::Readable
            | OpenError::OtherApp => self.alarm(Alarm::Refused(error.to_string())),
            OpenError::Unwanted(reason) => wait.max(self.after(End::Said(*reason))),
        }
    }

    /// How much longer to wait after a socket has ended.
    fn after(&self, end: End) -> Duration {
        match end {
            End::Said(Reason::LinkDisabled) => self.alarm(Alarm::LinkDisabled),
            End::Said(Reason::TooMany) if self.health.borrow().connected > 0 => {
                tracing::warn!("the Slack app has too many sockets open; fewer are kept for now");
                jittered(self.habits.longest_wait)
            }
            End::Lost | End::Left | End::Said(Reason::Refresh | Reason::TooMany) => Duration::ZERO,
        }
    }

    /// Nothing will change soon.
    fn alarm(&self, alarm: Alarm) -> Duration {
        tracing::error!(%alarm, "no clicks come from Slack");
        self.health.send_modify(|health| health.alarm = Some(alarm));
        jittered(self.habits.longest_wait)
    }
}
