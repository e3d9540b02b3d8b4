//! How what people did reaches the bot, and what they see then.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::{Answer, Interaction, InvokeResponse, Shown};
use crate::keys;
use crate::shared::Shared;
use crate::world::Answered;
use fake_wire::http;

/// How long a bot is listened to: longer than Teams does, to see what it would have said.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something signed and written down, to be sent once or often.
///
/// ```no_run
/// # async fn example(teams: fake_teams::FakeTeams, id: &str) {
/// use fake_teams::office;
///
/// let click = teams.click(office::DEPLOYS, id, "approve", office::ADA).prepare();
/// let (first, again) = (click.send().await, click.send().await);
/// assert_eq!(first.status, again.status);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) shared: Arc<Shared>,
    /// Where to.
    pub url: String,
    /// All headers but those of the connection.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The activity that the body is of, unless another body was given.
    pub activity: Value,
}

impl Interaction {
    /// Signs it and writes it down.
    ///
    /// # Panics
    /// If the world has no [`bot_endpoint`](crate::World::bot_endpoint).
    #[must_use]
    pub fn prepare(self) -> Prepared {
        let url = self.shared.world(|world| world.bot_endpoint.clone());
        let token = match &self.token {
            Some(token) => token.clone(),
            None => keys::compact(&self.header, &self.claims, &self.signature),
        };
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned()),
            (
                "User-Agent".to_owned(),
                "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)".to_owned(),
            ),
        ];
        if !self.is_without_token {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        headers.extend(self.more);
        Prepared {
            shared: self.shared,
            url: url.expect("the world says where the bot is"),
            headers,
            body: self.body.unwrap_or_else(|| self.activity.to_string().into_bytes()),
            activity: self.activity,
        }
    }

    /// Sends it, and waits for the answer.
    pub async fn send(self) -> Answer {
        self.prepare().send().await
    }
}

impl Prepared {
    /// Sends these very bytes, and waits for the answer.
    pub async fn send(&self) -> Answer {
        let begun = Instant::now();
        let request = http::Request {
            method: "POST",
            url: &self.url,
            headers: &self.headers,
            body: &self.body,
        };
        let response = http::call(request, PATIENCE).await;
        let took = begun.elapsed();
        let answer = match response {
            Ok(response) => self.read(response, took),
            Err(error) => Answer {
                status: None,
                headers: Vec::new(),
                body: error.to_string(),
                response: None,
                shown: Shown::Error("Unable to reach app".to_owned()),
                took,
            },
        };
        self.show(&answer.shown);
        answer
    }

    fn read(&self, response: http::Response, took: Duration) -> Answer {
        let is_invoke = self.activity["type"] == "invoke";
        let invoked = is_invoke.then(|| InvokeResponse::parse(&response.body)).flatten();
        let within = self.shared.world(|world| world.settings.answer_within);
        let is_fine = if is_invoke { response.status == 200 } else { response.status < 300 };
        let shown = if took > within {
            Shown::Error("Unable to reach app".to_owned())
        } else if !is_fine || (is_invoke && invoked.is_none()) {
            Shown::Error("Something went wrong".to_owned())
        } else {
            invoked.as_ref().map_or(Shown::Unchanged, InvokeResponse::shown)
        };
        Answer {
            status: Some(response.status),
            headers: response.headers,
            body: String::from_utf8_lossy(&response.body).into_owned(),
            response: invoked,
            shown,
            took,
        }
    }

    /// The card of an answer is for whoever clicked, until the message is edited.
    fn show(&self, shown: &Shown) {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        let place = text(&self.activity["conversation"]["id"]);
        let (id, user) = (text(&self.activity["replyToId"]), text(&self.activity["from"]["id"]));
        if let Shown::Card(card) = shown {
            self.shared.world(|world| {
                if world.find_message(&place, &id).is_some() {
                    let message = world.message(&place, &id);
                    let edits = message.edits.len();
                    message.answered.push(Answered { user, card: card.clone(), edits });
                }
            });
        }
        self.shared.has_changed();
    }
}
