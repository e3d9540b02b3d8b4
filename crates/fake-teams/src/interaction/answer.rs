//! How something was answered.

use std::time::Duration;

use serde_json::Value;

/// What a bot answers a click with. [`Answer`] has an example of what it is part of.
#[derive(Clone, Debug, PartialEq)]
pub struct InvokeResponse {
    /// What became of it; 200 where nothing is said.
    pub status_code: u64,
    /// What [`value`](Self::value) is, such as `application/vnd.microsoft.card.adaptive`.
    pub kind: String,
    /// What is shown.
    pub value: Value,
}

/// What the person who clicked sees. [`Answer`] has an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// What was there before.
    Unchanged,
    /// Another card in its place.
    Card(Value),
    /// A line under the card.
    Text(String),
    /// That something went wrong.
    Error(String),
}

/// How something was answered.
///
/// ```no_run
/// # async fn example(teams: fake_teams::FakeTeams, id: &str) {
/// use fake_teams::{Shown, office};
///
/// let answer = teams.click(office::DEPLOYS, id, "approve", office::ADA).send().await;
/// let invoke = answer.response.expect("the bot answers as it has to");
/// assert_eq!((answer.status, invoke.status_code), (Some(200), 200));
/// assert!(matches!(answer.shown, Shown::Card(_)));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// The headers of the answer, with small names.
    pub headers: Vec<(String, String)>,
    /// The body of the answer, or why there was none.
    pub body: String,
    /// The same, where it is what a click is answered with.
    pub response: Option<InvokeResponse>,
    /// What the person sees then.
    pub shown: Shown,
    /// How long it took.
    pub took: Duration,
}

impl InvokeResponse {
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let said = &body["statusCode"];
        let status_code = if said.is_null() { 200 } else { said.as_u64()? };
        let kind = body["type"].as_str()?.to_owned();
        Some(Self { status_code, kind, value: body["value"].clone() })
    }

    /// What Teams makes of it. Of types that it does not know it says nothing.
    pub(super) fn shown(&self) -> Shown {
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        match self.kind.as_str() {
            "application/vnd.microsoft.card.adaptive"
                if self.status_code == 200 && self.value["type"] == "AdaptiveCard" =>
            {
                Shown::Card(self.value.clone())
            }
            "application/vnd.microsoft.activity.message" if self.status_code == 200 => {
                Shown::Text(text(&self.value))
            }
            "application/vnd.microsoft.error" => Shown::Error(text(&self.value["message"])),
            _ if self.status_code >= 400 => Shown::Error("Something went wrong".to_owned()),
            _ => Shown::Unchanged,
        }
    }
}
