//! The approver: what the gate sees of Slack.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use approvals_chat::{Chat, Incoming, Passing};
use approvals_core::{Approver, ApproverError, Card, Desk, Nudge, Phase, Presented, WeakDesk};
use async_trait::async_trait;
use axum::Router;
use tokio::sync::watch;

use crate::callback;
use crate::clicks::take;
use crate::config::{SlackConfig, WayIn};
use crate::directory::SlackDirectory;
use crate::error::{Problem, SlackError};
use crate::shared::{Handle, Shared};
use crate::transport::{Health, Reply, Sockets, Verdict, router};
use crate::verify::{SIGNATURE, TIMESTAMP, verify};

/// How often it is looked whether the gate is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Puts cards before people in Slack. Clones are the same approver; each gate has one of its own.
///
/// [The page of this crate](crate) has an example.
#[derive(Clone, Debug)]
pub struct SlackApprover {
    pub(crate) chat: Handle,
    /// How the sockets are that are open for its gate.
    pub(crate) health: Arc<Mutex<Option<watch::Receiver<Health>>>>,
}

impl SlackApprover {
    /// An approver that calls nobody before its gate is built.
    pub fn new(config: SlackConfig) -> Result<Self, SlackError> {
        Ok(Self { chat: Chat::new(Shared::new(config)?), health: Arc::default() })
    }

    /// The endpoint `POST /slack/interactivity`, which Slack calls when somebody clicks (the app's Request URL under
    /// Interactivity). With Socket Mode it refuses everything: nothing that comes that way is signed.
    ///
    /// It answers within three seconds, with nothing but a status: 200 for what is durable, 401 for what Slack has not
    /// signed within five minutes, 403 for another app or workspace, 400 for what cannot be read, 408 for a body that does
    /// not come in time, 413 for what is too large, 503 for what cannot be kept now. What is still being written after two
    /// and a half seconds is answered with 200 as well: it is tried on for two minutes, and whoever clicked is told if that
    /// fails.
    pub fn router(&self) -> Router {
        let chat = self.chat.clone();
        router(move |incoming| {
            let chat = chat.clone();
            async move { take_http(&chat, &incoming).await }
        })
    }

    /// Who is who in Slack, for the gate of this approver: `inner` knows the people behind its accounts, and Slack who is a
    /// member, and in the groups that [`SlackConfig::group`] names. Where that names some, the gate is not built without
    /// it: nobody else would ask Slack who is in them.
    pub fn directory<D>(&self, inner: D) -> SlackDirectory<D> {
        self.chat.service().asked_for_groups.store(true, Ordering::Relaxed);
        SlackDirectory::new(self.chat.clone(), inner)
    }
}

async fn take_http(chat: &Handle, incoming: &Incoming) -> Verdict {
    let slack = chat.service();
    let WayIn::Http(secret) = &slack.config.way_in else { return Verdict::Unverified };
    let (timestamps, signatures) = (incoming.all(TIMESTAMP), incoming.all(SIGNATURE));
    let now = slack.config.clock.now();
    if let Err(error) = verify(secret, now, timestamps, signatures, &incoming.body) {
        if let Some(times) = slack.unverified.again() {
            tracing::warn!(%error, times, "somebody has called as if they were Slack; if nobody else can, look at the signing secret");
        }
        return Verdict::Unverified;
    }
    match callback::from_form(&incoming.body) {
        Ok(callback) => take(chat, callback).await,
        Err(error) => {
            tracing::warn!(%error, "Slack has sent something that cannot be read");
            Verdict::Malformed
        }
    }
}

async fn take_envelope(chat: &Handle, payload: &[u8]) -> Reply {
    match callback::from_json(payload) {
        Ok(callback) => match take(chat, callback).await {
            Verdict::Unavailable => Reply::Leave,
            Verdict::Accepted | Verdict::Unverified | Verdict::Foreign | Verdict::Malformed => {
                Reply::Ack
            }
        },
        Err(error) => {
            tracing::warn!(%error, "Slack has sent something that cannot be read");
            Reply::Ack
        }
    }
}

#[async_trait]
impl Approver for SlackApprover {
    fn channel(&self) -> &str {
        &self.chat.service().config.name
    }

    async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
        let slack = self.chat.service();
        if !slack.config.groups.is_empty() && !slack.asked_for_groups.load(Ordering::Relaxed) {
            return Err(Problem::GroupsUnasked.into());
        }
        self.chat.belong_to(desk)?;
        match slack.belonging().await {
            Err(Problem::Web(error)) if error.passes_after().is_some() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Slack cannot be reached yet"
                );
            }
            other => drop(other?),
        }
        if let WayIn::SocketMode(token) = &slack.config.way_in {
            let chat = self.chat.downgrade();
            let web = slack.web.with_app(token.clone());
            let handler = move |payload: Vec<u8>| {
                let chat = chat.upgrade();
                async move {
                    match chat {
                        Some(chat) => take_envelope(&chat, &payload).await,
                        None => Reply::Leave,
                    }
                }
            };
            let (app, habits) = (slack.config.app.clone(), slack.config.habits.clone());
            let sockets = Sockets::open(web, app, habits, handler);
            *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Some(sockets.health());
            close_without(desk.downgrade(), sockets);
        }
        Ok(())
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        self.chat.present(card, desk).await
    }

    async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        self.chat.catch_up(card, desk).await
    }

    async fn update(&self, card: &Card, _phase: &Phase) -> Result<(), ApproverError> {
        self.chat.update(card).await
    }

    async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        self.chat.nudge(card, nudge).await
    }
}

/// Closes the sockets once the gate is gone: clicks are to go to those who can keep them.
fn close_without(desk: WeakDesk, sockets: Sockets) {
    tokio::spawn(async move {
        while desk.upgrade().is_some() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        drop(sockets);
    });
}
