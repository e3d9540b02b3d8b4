//! Which calls were made.

use serde_json::Value;
use tokio::time::Instant;

/// A call of the Web API, without its token.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let slack = fake_slack::FakeSlack::start().await;
/// assert!(slack.calls_of("chat.postMessage").iter().all(|call| call.args["channel"] == "C0DEPLOYS"));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    /// Such as `chat.postMessage`.
    pub method: String,
    /// The arguments, as an object; what was sent as JSON inside of a form is parsed.
    pub args: Value,
    /// When it came.
    pub at: Instant,
}
