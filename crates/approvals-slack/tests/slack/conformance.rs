//! What every channel promises.

use std::sync::Arc;
use std::time::Duration;

use approvals_core::{Approver, Card, ChannelIdentity};
use approvals_slack::SlackApprover;
use approvals_testkit::conformance::{self, approver::Reviewing};
use async_trait::async_trait;
use fake_slack::{FakeSlack, Message};

use crate::office::*;

/// Ada before her Slack.
struct Screen {
    slack: FakeSlack,
    approver: SlackApprover,
}

impl Screen {
    async fn new() -> Self {
        let slack = FakeSlack::start().await;
        let config = config_for(&slack, Way::Socket).post_every(Duration::ZERO);
        Self { slack, approver: SlackApprover::new(config).unwrap() }
    }

    fn message(&self, card: &Card) -> Option<Message> {
        let id = card.id().to_string();
        let messages =
            self.slack.messages(DEPLOYS).into_iter().filter(|one| one.thread_ts.is_none());
        messages.rev().find(|message| text_of(message).contains(&id))
    }

    async fn click(&self, card: &Card, button: &str) -> bool {
        self.slack.until_connected(2).await;
        let Some(message) = self.message(card) else { return false };
        match self.slack.try_click(DEPLOYS, &message.ts, button, ADA) {
            Ok(click) => click.send().await.is_acked,
            Err(_no_button) => false,
        }
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
        self.click(card, APPROVE).await
    }

    async fn reject(&self, card: &Card, reason: &str) {
        let before = self.slack.views().len();
        if self.click(card, REJECT).await {
            let opened = |slack: &FakeSlack| slack.views().get(before).cloned();
            let view = self.slack.until("a form is open", opened).await;
            let input = serde_json::json!({ "type": "plain_text_input", "value": reason });
            let values = serde_json::json!({ "approvals.reason": { "approvals.reason": input } });
            self.slack.submit_view(&view.id, &values).send().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_keeps_what_every_channel_promises() {
    conformance::approver::all(async || Screen::new().await).await;
}
