//! What people do: they click, write, install and remove.

mod activity;
mod answer;
mod deliver;
mod people;

use std::sync::Arc;

use serde_json::{Value, json};

pub use answer::{Answer, InvokeResponse, Shown};
pub use deliver::Prepared;

use crate::clock;
use crate::keys::{Signature, SigningKey};
use crate::shared::Shared;

/// Something a person did, about to be told to the bot.
///
/// It is what the person saw at that moment: built when the message still had its button, it can be sent when the
/// message is another one. Goes to [`World::bot_endpoint`](crate::World::bot_endpoint).
///
/// ```no_run
/// # async fn example(teams: fake_teams::FakeTeams, id: &str) {
/// use fake_teams::office;
///
/// let answer = teams.click(office::DEPLOYS, id, "approve", office::ADA).send().await;
/// assert_eq!(answer.status, Some(200));
///
/// // A signed lie: the key is right, and the token is for another bot.
/// let click = teams.click(office::DEPLOYS, id, "approve", office::ADA);
/// let answer = click.claims(|claims| claims["aud"] = "another".into()).send().await;
/// assert_eq!(answer.status, Some(401));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Interaction {
    shared: Arc<Shared>,
    activity: Value,
    header: Value,
    claims: Value,
    signature: Signature,
    /// The key that it is signed with, or would be.
    key: SigningKey,
    token: Option<String>,
    is_without_token: bool,
    more: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    /// The action of the card, as it stands there.
    action: Value,
}

impl Interaction {
    fn new(shared: &Arc<Shared>, activity: Value, action: Value) -> Self {
        let (key, bot, life) = shared.world(|world| {
            (world.signing_key(), world.bot.id.clone(), world.settings.signature_life.as_secs())
        });
        let now = clock::now().as_secs();
        let claims = json!({
            "iss": "https://api.botframework.com", "aud": bot, "nbf": now, "exp": now + life,
            "serviceurl": activity["serviceUrl"],
        });
        let made = Self {
            shared: Arc::clone(shared),
            activity,
            header: json!({"alg": "RS256", "typ": "JWT"}),
            claims,
            signature: Signature::Missing,
            key: key.clone(),
            token: None,
            is_without_token: false,
            more: Vec::new(),
            body: None,
            action,
        };
        made.signed_by(&key)
    }

    /// The activity as it will be sent.
    #[must_use]
    pub fn as_json(&self) -> &Value {
        &self.activity
    }

    /// Changes the activity. The token stays what it is: it says nothing of the activity but its `serviceUrl`.
    #[must_use]
    pub fn activity(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.activity);
        self
    }

    /// Changes what the token says, before it is signed.
    #[must_use]
    pub fn claims(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.claims);
        self
    }

    /// Changes the header of the token, before it is signed. It is signed in the way that `alg` then names.
    #[must_use]
    pub fn header(mut self, edit: impl FnOnce(&mut Value)) -> Self {
        edit(&mut self.header);
        self
    }

    /// What the person filled in is told with the data of the action.
    #[must_use]
    pub fn with_inputs(mut self, inputs: &Value) -> Self {
        for (name, value) in inputs.as_object().into_iter().flatten() {
            self.activity["value"]["action"]["data"][name] = value.clone();
        }
        self
    }

    /// Nobody clicked: the client refreshes the card by itself.
    #[must_use]
    pub fn automatic(self) -> Self {
        self.activity(|activity| activity["value"]["trigger"] = json!("automatic"))
    }

    /// Does not say whether anybody clicked.
    #[must_use]
    pub fn without_trigger(mut self) -> Self {
        if let Some(value) = self.activity["value"].as_object_mut() {
            value.remove("trigger");
        }
        self
    }

    /// As an old client does it: a message with the data of the `Action.Submit` that stands in for the button.
    #[must_use]
    pub fn as_submit(mut self) -> Self {
        let fallback = &self.action["fallback"]["data"];
        let data = if fallback.is_null() { &self.action["data"] } else { fallback };
        self.activity["type"] = json!("message");
        self.activity["value"] = data.clone();
        if let Some(activity) = self.activity.as_object_mut() {
            activity.remove("name");
        }
        self
    }

    /// Is signed with another key, under that one's name.
    #[must_use]
    pub fn signed_by(mut self, key: &SigningKey) -> Self {
        self.header["kid"] = json!(key.kid);
        self.header["x5t"] = json!(key.kid);
        self.signature = Signature::Key(key.pair);
        self.key = key.clone();
        self
    }

    /// Has a token that nobody signed: `alg` is `none`.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.header["alg"] = json!("none");
        self.signature = Signature::Missing;
        self
    }

    /// Has a token that is signed as if the public key were a secret: `alg` is `HS256`.
    #[must_use]
    pub fn with_hs256_of_public_key(mut self) -> Self {
        self.header["alg"] = json!("HS256");
        self.signature = Signature::PublicKeyAsSecret(self.key.pair);
        self
    }

    /// Has this text in place of a token.
    #[must_use]
    pub fn raw_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// Has no `Authorization` at all.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.is_without_token = true;
        self
    }

    /// Has one more header; one that is there already is then there twice.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.more.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Has this body in place of the activity.
    #[must_use]
    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }
}
