//! Modals.

use serde_json::Value;

/// A modal that was opened.
///
/// ```
/// let world = fake_slack::World::office();
/// assert!(world.views.iter().all(|view| view.is_open));
/// ```
#[derive(Clone, Debug)]
pub struct View {
    /// `V…`
    pub id: String,
    /// For whom.
    pub user: String,
    /// As Slack shows it to an app.
    pub view: Value,
    /// Whether it is still there.
    pub is_open: bool,
}
