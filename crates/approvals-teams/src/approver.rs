//! The approver: what the gate sees of Teams.

use std::sync::atomic::Ordering;

use approvals_chat::{Chat, Passing, endpoint, insist};
use approvals_core::{Approver, ApproverError, Card, Desk, Nudge, Phase, Presented};
use async_trait::async_trait;
use axum::Router;

use crate::callback::MAX_BYTES;
use crate::clicks::{self, PATH, take};
use crate::config::TeamsConfig;
use crate::directory::TeamsDirectory;
use crate::error::{Problem, TeamsError};
use crate::shared::{Handle, LOOK_UP, Shared};

/// Puts cards before people in Teams. Clones are the same approver; each gate has one of its own.
///
/// [The page of this crate](crate) has an example.
#[derive(Clone, Debug)]
pub struct TeamsApprover {
    pub(crate) chat: Handle,
}

impl TeamsApprover {
    /// An approver that calls nobody before its gate is built.
    pub fn new(config: TeamsConfig) -> Result<Self, TeamsError> {
        Ok(Self { chat: Chat::new(Shared::new(config)?) })
    }

    /// The endpoint `POST /teams/messages`, which Microsoft calls when somebody clicks, and when the app is added
    /// somewhere (the messaging endpoint of the Azure Bot resource). It has to be reached from the internet, over HTTPS.
    ///
    /// It answers within three seconds: a click that is verified, with what whoever clicked is to see; 200 to what is
    /// none of ours; 401 to what Microsoft has not signed for this bot just now; 403 to another organization, channel
    /// or bot; 400 to what cannot be read; 408 to a body that does not come in time; 413 to what is too large; 503 where
    /// it cannot be verified or kept now.
    pub fn router(&self) -> Router {
        let chat = self.chat.clone();
        chat.service().is_served.store(true, Ordering::Relaxed);
        let handler = move |incoming| {
            let chat = chat.clone();
            async move { take(&chat, &incoming).await }
        };
        endpoint(PATH, MAX_BYTES, handler, clicks::late)
    }

    /// Who is who in Teams, for the gate of this approver: `inner` knows the people behind its accounts, and Teams who is
    /// a full member of the organization, and of a conversation in which is asked.
    pub fn directory<D>(&self, inner: D) -> TeamsDirectory<D> {
        TeamsDirectory::new(self.chat.clone(), inner)
    }
}

#[async_trait]
impl Approver for TeamsApprover {
    fn channel(&self) -> &str {
        &self.chat.service().config.name
    }

    async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
        self.chat.belong_to(desk)?;
        let teams = self.chat.service();
        teams.belong_to(desk);
        if !teams.is_served.load(Ordering::Relaxed) {
            tracing::warn!(
                "nobody has taken `TeamsApprover::router`: serve it, or no click gets here"
            );
        }
        match insist(LOOK_UP, || teams.connector.login.token()).await {
            Err(error) if error.passes_after().is_some() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Teams cannot be reached yet"
                );
            }
            other => drop(other.map_err(Problem::from)?),
        }
        // So that the first click does not wait for them.
        let _known = teams.keys.current().await;
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
