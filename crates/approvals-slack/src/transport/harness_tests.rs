//! What tests share: tokens that are looked for in all that is said, and who listens.

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use fake_slack::{FakeSlack, World, office};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::*;
use crate::id::ChannelId;

/// In each secret of a Slack that [`slack`] starts, and in the addresses of its sockets.
pub(super) const CANARIES: [&str; 2] = ["CANARY", "-f54b-41c8-"];

/// A Slack whose secrets can be recognized.
pub(super) async fn slack() -> FakeSlack {
    let mut world = World::office();
    world.app.bot_token = "xoxb-1-CANARY".to_owned();
    world.app.app_token = "xapp-1-CANARY".to_owned();
    FakeSlack::start_with(world).await
}

pub(super) fn web(slack: &FakeSlack) -> Web {
    Web::new(&slack.api_url(), slack.app().bot_token.parse().unwrap()).unwrap()
}

pub(super) fn app_web(slack: &FakeSlack) -> AppWeb {
    web(slack).with_app(slack.app().app_token.parse().unwrap())
}

/// An error with all that is behind it, as anybody could print it.
pub(super) fn whole(error: &(dyn Error + 'static)) -> String {
    let mut text = format!("{error:?}");
    let mut next = Some(error);
    while let Some(error) = next {
        write!(text, "\n{error}").unwrap();
        next = error.source();
    }
    text
}

#[track_caller]
pub(super) fn no_canary(text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "a secret got out: {text}");
    }
}

/// Writes down everything that is traced on this thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Traces(Arc<Mutex<String>>);

impl Traces {
    /// Listens on this thread, until it is dropped. As long as there is one subscriber alone, tracing asks the thread that
    /// comes by first, which may have none.
    pub(super) fn listen(&self) -> (DefaultGuard, Dispatch) {
        let another = Dispatch::new(Self::default());
        (tracing::subscriber::set_default(self.clone()), another)
    }

    pub(super) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        write!(self.0, " {}={}", field.name(), whole(value)).unwrap();
    }
}

impl Subscriber for Traces {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Line(&mut self.0.lock().unwrap()));
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, values: &Record<'_>) {
        values.record(&mut Line(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().unwrap();
        write!(text, "\n{}", event.metadata().level()).unwrap();
        event.record(&mut Line(&mut text));
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

pub(super) fn deploys() -> ChannelId {
    office::DEPLOYS.parse().unwrap()
}

pub(super) fn blocks(text: &str) -> Value {
    let text = json!({"type": "text", "text": text});
    json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}])
}

pub(super) async fn post(web: &Web) -> Result<Posted, WebError> {
    web.post(&deploys(), "a request", &blocks("a request"), None).await
}

pub(super) fn posted(slack: &FakeSlack) -> usize {
    slack.messages(office::DEPLOYS).len()
}
