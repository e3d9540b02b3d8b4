//! What one sees when something cannot be done.

use askama::Template;

use super::assets;
use super::view::{Place, Shell};

/// What cannot be done, why, and what to do next.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// The status of the response.
    pub(crate) status: u16,
    /// What cannot be done.
    pub(crate) title: String,
    /// Why, and what to do next. Text of ours: what others wrote is in it as the core shows it, and it has no full stop.
    pub(crate) detail: String,
    /// The request that it is about, if it is about one.
    pub(crate) request: Option<String>,
}

impl ErrorPage {
    fn place() -> Place {
        Place::Elsewhere
    }
}
