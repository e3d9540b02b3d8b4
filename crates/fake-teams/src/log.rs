//! Which calls were made.

use serde_json::Value;
use tokio::time::Instant;

/// A call of anything that Microsoft serves, without the secret of whoever logs in.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
/// # runtime.block_on(async {
/// let teams = fake_teams::FakeTeams::start().await;
/// assert!(teams.calls_of("post").iter().all(|call| call.token.is_some()));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    /// `token`, `metadata`, `keys`, `create`, `post`, `reply`, `update`, `member` or `members`; nothing where it is
    /// none of them.
    pub name: String,
    /// The path with its query, as it was written.
    pub path: String,
    /// What was sent, a form as an object; nothing where it was neither JSON nor a form.
    pub args: Value,
    /// The access token that came with it.
    pub token: Option<String>,
    /// When it came.
    pub at: Instant,
}
