//! The approver: what the gate sees of Slack.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use approvals_core::{Approver, ApproverError, Card, Desk, Nudge, Phase, Presented, WeakDesk};
use async_trait::async_trait;
use axum::Router;
use futures_util::future::join_all;
use tokio::sync::watch;

use crate::callback;
use crate::config::{SlackConfig, WayIn};
use crate::directory::SlackDirectory;
use crate::error::{Problem, SlackError};
use crate::message;
use crate::posts::address;
use crate::shared::{Handle, Shared};
use crate::transport::{Health, Incoming, Reply, Sockets, Verdict, router};
use crate::verify::verify;

/// How often it is looked whether the gate is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Puts cards before people in Slack. Clones are the same approver; each gate has one of its own.
///
/// [The page of this crate](crate) has an example.
#[derive(Clone, Debug)]
pub struct SlackApprover {
    pub(crate) shared: Handle,
    /// How the sockets are that are open for its gate.
    pub(crate) health: Arc<Mutex<Option<watch::Receiver<Health>>>>,
}

impl SlackApprover {
    /// An approver that calls nobody before its gate is built.
    pub fn new(config: SlackConfig) -> Result<Self, SlackError> {
        let shared = Arc::new(Shared::new(config)?);
        Ok(Self { shared, health: Arc::default() })
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
        let shared = Arc::clone(&self.shared);
        router(move |incoming| {
            let shared = Arc::clone(&shared);
            async move { shared.take_http(&incoming).await }
        })
    }

    /// Who is who in Slack, for the gate of this approver: `inner` knows the people behind its accounts, and Slack who is a
    /// member, and in the groups that [`SlackConfig::group`] names. Where that names some, the gate is not built without
    /// it: nobody else would ask Slack who is in them.
    pub fn directory<D>(&self, inner: D) -> SlackDirectory<D> {
        self.shared.asked_for_groups.store(true, Ordering::Relaxed);
        SlackDirectory::new(Arc::clone(&self.shared), inner)
    }
}

impl Shared {
    async fn take_http(self: &Handle, incoming: &Incoming) -> Verdict {
        let WayIn::Http(secret) = &self.config.way_in else { return Verdict::Unverified };
        let Incoming { timestamps, signatures, body } = incoming;
        let (timestamps, signatures) =
            (timestamps.iter().map(Vec::as_slice), signatures.iter().map(Vec::as_slice));
        let now = self.config.clock.now();
        if let Err(error) = verify(secret, now, timestamps, signatures, body) {
            if let Some(times) = self.unverified.again() {
                tracing::warn!(%error, times, "somebody has called as if they were Slack; if nobody else can, look at the signing secret");
            }
            return Verdict::Unverified;
        }
        match callback::from_form(body) {
            Ok(callback) => self.take(callback).await,
            Err(error) => {
                tracing::warn!(%error, "Slack has sent something that cannot be read");
                Verdict::Malformed
            }
        }
    }

    async fn take_envelope(self: &Handle, payload: &[u8]) -> Reply {
        match callback::from_json(payload) {
            Ok(callback) => match self.take(callback).await {
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
}

#[async_trait]
impl Approver for SlackApprover {
    fn channel(&self) -> &str {
        &self.shared.config.name
    }

    async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
        if !self.shared.config.groups.is_empty()
            && !self.shared.asked_for_groups.load(Ordering::Relaxed)
        {
            return Err(Problem::GroupsUnasked.into());
        }
        self.shared.belong_to(desk)?;
        match self.shared.belonging().await {
            Err(problem) if problem.is_passing() => {
                tracing::warn!(
                    error = &problem as &dyn std::error::Error,
                    "Slack cannot be reached yet"
                );
            }
            other => drop(other?),
        }
        if let WayIn::SocketMode(token) = &self.shared.config.way_in {
            let config = &self.shared.config;
            let shared = Arc::downgrade(&self.shared);
            let web = self.shared.web.with_app(token.clone());
            let handler = move |payload: Vec<u8>| {
                let shared = shared.upgrade();
                async move {
                    match shared {
                        Some(shared) => shared.take_envelope(&payload).await,
                        None => Reply::Leave,
                    }
                }
            };
            let sockets = Sockets::open(web, config.app.clone(), config.habits.clone(), handler);
            *self.health.lock().unwrap_or_else(PoisonError::into_inner) = Some(sockets.health());
            close_without(desk.downgrade(), sockets);
        }
        Ok(())
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let channels = self.shared.channels_of(card);
        // All at once: one that Slack puts off keeps nobody from seeing the others.
        let showing =
            join_all(channels.iter().map(|channel| self.shared.show(desk, card, channel)));
        let (mut shown, mut failed) = (None, Vec::new());
        for (channel, outcome) in channels.iter().zip(showing.await) {
            match outcome {
                Ok(message) => shown = shown.or(Some(message)),
                Err(problem) => {
                    tracing::warn!(request = %card.id(), %channel, error = &problem as &dyn std::error::Error, "a card is not shown in one channel");
                    failed.push((channel, problem));
                }
            }
        }
        if let Some(message) = shown {
            // Whoever is asked elsewhere is to see it as well.
            for (channel, _problem) in failed.iter().filter(|(_, problem)| problem.is_passing()) {
                self.shared.show_later(desk, card, channel);
            }
            return Ok(Presented::as_message(message));
        }
        failed.sort_by_key(|(_, problem)| problem.is_passing());
        match failed.pop() {
            Some((_channel, problem)) => Err(told(problem)),
            None => Ok(Presented::new()),
        }
    }

    async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
        self.shared.resume(desk, card.id()).await.map_err(told)
    }

    async fn update(&self, card: &Card, _phase: &Phase) -> Result<(), ApproverError> {
        // What is shown is what the ledger has, which may be further on.
        let desk = self.shared.desk()?;
        self.shared.refresh(&desk, card.id()).await.map_err(told)
    }

    async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        let shared = &self.shared;
        let desk = shared.desk()?;
        let reply = match nudge {
            // Where else it is shown now, the card says.
            Nudge::Reminder { .. } | Nudge::Channel { .. } | Nudge::Fallback { .. } => {
                message::reminder(card, shared.wakes(card))
            }
            Nudge::Escalation { group, .. } => {
                message::escalation(card, group, shared.config.groups.get(group))
            }
        };
        if let Err(problem) = shared.refresh(&desk, card.id()).await {
            tracing::warn!(request = %card.id(), error = &problem as &dyn std::error::Error, "a card is not up to date");
        }
        let standing = desk.state_of(card.id()).await.map_err(Problem::from)?;
        let Some((_, state)) = standing else { return Ok(()) };
        for post in shared.messages(&state) {
            let message = post.message().and_then(|ts| address(post.place(), ts));
            if let Some((channel, ts)) = message {
                shared.reply(&channel, &ts, &reply).await;
            }
        }
        let channel = match nudge {
            Nudge::Escalation { group, .. } => shared.config.channels.get(group),
            Nudge::Reminder { .. } | Nudge::Channel { .. } | Nudge::Fallback { .. } => None,
        };
        let Some(channel) = channel else { return Ok(()) };
        match shared.show(&desk, card, channel).await {
            Err(problem) if problem.is_passing() => shared.show_later(&desk, card, channel),
            other => drop(other.map_err(told)?),
        }
        Ok(())
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

/// What the gate is told: to try again, where that may help.
fn told(problem: Problem) -> ApproverError {
    match problem.again_after() {
        Some(pause) => ApproverError::later(pause, SlackError(problem)),
        None => problem.into(),
    }
}
