//! How something was answered.

use std::time::Duration;

use serde_json::Value;

/// What was sent over HTTP, to be sent again.
///
/// ```no_run
/// # async fn example(slack: fake_slack::FakeSlack, answer: fake_slack::Answer) {
/// let again = slack.resend(&answer.request.expect("it went over HTTP")).await;
/// assert_eq!(again.status, Some(200));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Request {
    /// Where to.
    pub url: String,
    /// All headers but those of the connection.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// How something was answered. [`Interaction`](crate::Interaction) has an example.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether the person saw no error: acknowledged through Socket Mode, or HTTP 200 within the time.
    pub is_acked: bool,
    /// How long it took.
    pub took: Duration,
    /// Over which connections it was sent, in order; none, where it went over HTTP.
    pub connections: Vec<u64>,
    /// The id of the envelope; nothing, where it went over HTTP.
    pub envelope_id: Option<String>,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// The headers of the answer, with small names.
    pub headers: Vec<(String, String)>,
    /// The body of the answer, or the payload of the acknowledgement as JSON.
    pub body: String,
    /// What was sent over HTTP.
    pub request: Option<Request>,
    /// What the app was told.
    pub payload: Value,
}
