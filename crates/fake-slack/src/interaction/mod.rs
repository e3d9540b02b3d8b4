//! What people do: they click, fill in and close.

mod answer;
mod deliver;
mod payload;

use std::sync::Arc;

use serde_json::Value;

pub use answer::{Answer, Request};

use crate::fake::FakeSlack;
use crate::shared::Shared;
use crate::socket::Route;

/// Something a person did, about to be told to the app.
///
/// It is what the person saw at that moment: built when the message still had its button, it can be sent when the
/// message is long gone. Goes to [`App::interactivity_url`](crate::App::interactivity_url) or, where there is none,
/// through Socket Mode.
///
/// ```no_run
/// # async fn example(slack: fake_slack::FakeSlack, ts: &str) {
/// use fake_slack::office;
///
/// let answer = slack.click(office::DEPLOYS, ts, "approvals.approve", office::ADA).send().await;
/// assert!(answer.is_acked);
///
/// // A signed lie: the secret is right, and the payload is of another app.
/// let click = slack.click(office::DEPLOYS, ts, "approvals.approve", office::ADA);
/// let answer = click.edit(|payload| payload["api_app_id"] = "A0OTHER".into()).send().await;
/// assert_eq!(answer.status, Some(403));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Interaction {
    shared: Arc<Shared>,
    payload: Value,
    /// Its trigger, and where it can be answered: both live from the moment it is sent.
    trigger: Option<String>,
    response: Option<String>,
    over_socket: Option<Route>,
    signing: deliver::Signing,
}

impl FakeSlack {
    /// A person clicks a button of a message as it stands.
    ///
    /// # Panics
    /// If there is no such message or button.
    #[must_use]
    pub fn click(&self, channel: &str, ts: &str, action_id: &str, user: &str) -> Interaction {
        let click = self.try_click(channel, ts, action_id, user);
        click.unwrap_or_else(|why| panic!("nobody can click there: {why}"))
    }

    /// The same, where it may be that there is no such message or button.
    pub fn try_click(
        &self,
        channel: &str,
        ts: &str,
        action_id: &str,
        user: &str,
    ) -> Result<Interaction, String> {
        let address = self.shared.address.to_string();
        let (payload, trigger, response) =
            self.edit(|world| payload::click(world, &address, channel, ts, action_id, user))?;
        Ok(self.interaction(payload, Some(trigger), Some(response)))
    }

    /// A person sends a modal off, with these values: `{block_id: {action_id: {"type":…,"value":…}}}`.
    ///
    /// # Panics
    /// If there is no such modal.
    #[must_use]
    pub fn submit_view(&self, view_id: &str, values: &Value) -> Interaction {
        let (payload, trigger) = self.edit(|world| payload::submit(world, view_id, values));
        self.interaction(payload, Some(trigger), None)
    }

    /// A person closes a modal that wants to know of it.
    ///
    /// # Panics
    /// If there is no such modal.
    #[must_use]
    pub fn close_view(&self, view_id: &str) -> Interaction {
        let payload = self.edit(|world| payload::close(world, view_id));
        self.interaction(payload, None, None)
    }

    /// Any payload, as if Slack had made it.
    #[must_use]
    pub fn interaction(
        &self,
        payload: Value,
        trigger: Option<String>,
        response: Option<String>,
    ) -> Interaction {
        let (over_socket, signing) = (None, deliver::Signing::default());
        Interaction {
            shared: Arc::clone(&self.shared),
            payload,
            trigger,
            response,
            over_socket,
            signing,
        }
    }
}

impl Interaction {
    /// The payload as it will be sent.
    #[must_use]
    pub fn payload(&self) -> &Value {
        &self.payload
    }

    /// Changes the payload before it is signed.
    #[must_use]
    pub fn edit(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.payload);
        self
    }

    /// Goes through Socket Mode, also where there is an interactivity URL.
    #[must_use]
    pub fn over_socket(mut self) -> Self {
        self.over_socket = Some(Route::Any);
        self
    }

    /// Goes through this connection first.
    #[must_use]
    pub fn over(mut self, connection: u64) -> Self {
        self.over_socket = Some(Route::Connection(connection));
        self
    }

    /// Is signed with another secret.
    #[must_use]
    pub fn signed_with(mut self, secret: &str) -> Self {
        self.signing.secret = Some(secret.to_owned());
        self
    }

    /// Has this signature, true or not.
    #[must_use]
    pub fn with_signature(mut self, signature: &str) -> Self {
        self.signing.signature = Some(signature.to_owned());
        self
    }

    /// Is signed, truly, at another time. Any text will do.
    #[must_use]
    pub fn at(mut self, timestamp: &str) -> Self {
        self.signing.timestamp = Some(timestamp.to_owned());
        self
    }

    /// Is signed, truly, so many seconds from now; before now, where that is negative.
    #[must_use]
    pub fn at_offset(self, seconds: i64) -> Self {
        let now = i64::try_from(crate::clock::now().as_secs()).unwrap_or(i64::MAX);
        self.at(&(now + seconds).to_string())
    }

    /// Has one more header; one that is there already is then there twice.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.signing.more.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lacks a header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.signing.fewer.push(name.to_owned());
        self
    }

    /// Has this body, which is signed.
    #[must_use]
    pub fn with_body(mut self, body: &[u8]) -> Self {
        self.signing.body = Some(body.to_vec());
        self
    }

    /// Changes the body after it was signed.
    #[must_use]
    pub fn tampered(mut self, tamper: fn(&mut Vec<u8>)) -> Self {
        self.signing.tamper = Some(tamper);
        self
    }
}
