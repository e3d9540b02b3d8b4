//! What every channel promises.

use std::sync::Arc;

use approvals_core::{Approver, Card, ChannelIdentity};
use approvals_teams::TeamsApprover;
use approvals_testkit::conformance::{self, approver::Reviewing};
use async_trait::async_trait;
use fake_teams::{FakeTeams, Message, Shown};
use serde_json::json;

use crate::office::*;

/// Ada before her Teams.
struct Screen {
    teams: FakeTeams,
    approver: TeamsApprover,
}

impl Screen {
    async fn new() -> Self {
        let teams = FakeTeams::start().await;
        let approver = TeamsApprover::new(config_for(&teams)).unwrap();
        serve(&teams, &approver).await;
        Self { teams, approver }
    }

    fn message(&self, card: &Card) -> Option<Message> {
        let id = card.id().to_string();
        let messages = self.teams.messages(DEPLOYS);
        let top = messages.into_iter().filter(|one| one.reply_to.is_none());
        top.rev().find(|message| text_of(message).contains(&id))
    }

    async fn click(&self, card: &Card, button: &str, reason: &str) -> bool {
        let Some(message) = self.message(card) else { return false };
        let Ok(click) = self.teams.try_click(DEPLOYS, &message.id, button, ADA) else {
            return false;
        };
        let said = json!({ "confirm": "yes", "reason": reason });
        let answer = click.with_inputs(&said).send().await;
        !matches!(answer.shown, Shown::Error(_))
    }
}

#[async_trait]
impl Reviewing for Screen {
    fn approver(&self) -> Arc<dyn Approver> {
        Arc::new(self.approver.clone())
    }

    fn identity(&self) -> ChannelIdentity {
        account(ADA)
    }

    async fn shown(&self, card: &Card) -> Option<String> {
        self.message(card).as_ref().map(text_of)
    }

    async fn approve(&self, card: &Card) -> bool {
        self.click(card, APPROVE, "").await
    }

    async fn reject(&self, card: &Card, reason: &str) {
        self.click(card, REJECT, reason).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_keeps_what_every_channel_promises() {
    conformance::approver::all(async || Screen::new().await).await;
}
