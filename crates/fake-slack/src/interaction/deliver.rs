//! How what people did reaches the app: Socket Mode, or signed HTTP.

use std::time::Duration;

use fake_wire::http;
use tokio::time::Instant;

use super::{Answer, Interaction, Request};
use crate::fake::FakeSlack;
use crate::socket::{Route, deliver};
use crate::world::ResponseUrl;
use crate::{clock, form, sign};

/// What is told otherwise than Slack would.
#[derive(Clone, Debug, Default)]
pub(super) struct Signing {
    pub(super) secret: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) timestamp: Option<String>,
    pub(super) more: Vec<(String, String)>,
    pub(super) fewer: Vec<String>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) tamper: Option<fn(&mut Vec<u8>)>,
}

/// How long an app is listened to: longer than Slack does, to see what it would have said.
const PATIENCE: Duration = Duration::from_secs(20);

impl Interaction {
    /// Sends it, and waits for the answer.
    pub async fn send(self) -> Answer {
        self.begin();
        let url = self.shared.world(|world| world.app.interactivity_url.clone());
        match (self.over_socket, url) {
            (None, Some(url)) => {
                let request = self.request(url);
                let within = self.shared.world(|world| world.settings.ack_within);
                post(&request, within, self.payload).await
            }
            (route, _) => self.deliver(route.unwrap_or(Route::Any)).await,
        }
    }

    /// From now on the person's trigger and the `response_url` are good.
    fn begin(&self) {
        self.shared.world(|world| {
            let trigger = self.trigger.as_ref().and_then(|trigger| world.triggers.get_mut(trigger));
            if let Some(trigger) = trigger {
                trigger.sent = Some(Instant::now());
            }
            let text = |name: &str, field: &str| {
                self.payload[name][field].as_str().unwrap_or("").to_owned()
            };
            if let Some(id) = &self.response {
                let (channel, message) =
                    (text("container", "channel_id"), text("container", "message_ts"));
                let (user, sent) = (text("user", "id"), Instant::now());
                world
                    .response_urls
                    .insert(id.clone(), ResponseUrl { channel, message, user, sent, uses: 0 });
            }
        });
    }

    async fn deliver(self, route: Route) -> Answer {
        let begun = Instant::now();
        let delivered = deliver(&self.shared, &self.payload, route).await;
        let payload = delivered.ack.as_ref().and_then(|ack| ack.payload.as_ref());
        Answer {
            is_acked: delivered.ack.is_some(),
            took: begun.elapsed(),
            body: payload.map(ToString::to_string).unwrap_or_default(),
            connections: delivered.connections,
            envelope_id: Some(delivered.envelope_id),
            status: None,
            headers: Vec::new(),
            request: None,
            payload: self.payload,
        }
    }

    fn request(&self, url: String) -> Request {
        let signing = &self.signing;
        let ours = || form::encode("payload", &self.payload.to_string()).into_bytes();
        let mut body = signing.body.clone().unwrap_or_else(ours);
        let timestamp =
            signing.timestamp.clone().unwrap_or_else(|| clock::now().as_secs().to_string());
        let secret = self.shared.world(|world| world.app.signing_secret.clone());
        let secret = signing.secret.as_ref().unwrap_or(&secret);
        let signed = || sign::signature(secret, &timestamp, &body);
        let signature = signing.signature.clone().unwrap_or_else(signed);
        let ours = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"),
            ("X-Slack-Request-Timestamp", &timestamp),
            ("X-Slack-Signature", &signature),
        ];
        let is_kept =
            |name: &str| !signing.fewer.iter().any(|fewer| fewer.eq_ignore_ascii_case(name));
        let mut headers: Vec<(String, String)> = ours
            .into_iter()
            .filter(|(name, _)| is_kept(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        headers.extend(signing.more.iter().cloned());
        if let Some(tamper) = signing.tamper {
            tamper(&mut body);
        }
        Request { url, headers, body }
    }
}

impl FakeSlack {
    /// Sends the very same bytes again, old signature and all.
    pub async fn resend(&self, request: &Request) -> Answer {
        let within = self.shared.world(|world| world.settings.ack_within);
        post(request, within, serde_json::Value::Null).await
    }
}

async fn post(request: &Request, within: Duration, payload: serde_json::Value) -> Answer {
    let begun = Instant::now();
    let response = http::post(&request.url, &request.headers, &request.body, PATIENCE).await;
    let took = begun.elapsed();
    let status = response.as_ref().ok().map(|response| response.status);
    let (headers, body) = match response {
        Ok(response) => (response.headers, String::from_utf8_lossy(&response.body).into_owned()),
        Err(error) => (Vec::new(), error.to_string()),
    };
    Answer {
        is_acked: status == Some(200) && took <= within,
        took,
        connections: Vec::new(),
        envelope_id: None,
        status,
        headers,
        body,
        request: Some(request.clone()),
        payload,
    }
}
