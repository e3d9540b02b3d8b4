//! The history: what is over, with search and filters.

use askama::Template;

use super::assets;
use super::similar::Past;
use super::view::{Place, Shell};
use super::words::Mark;

/// How a request ended, as one can filter by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was carried out.
    Done,
    /// It was approved, and failed, did not run, or is in doubt.
    Failed,
    /// People said no.
    Rejected,
    /// The policy said no, or somebody stopped it.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked took it back, or it could not be asked.
    Withdrawn,
}

impl Ending {
    /// Every one of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Done, Self::Failed, Self::Rejected, Self::Denied, Self::Expired, Self::Withdrawn];

    /// The word in the address of the page.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Done => "carried out",
            Self::Failed => "failed, not run or in doubt",
            Self::Rejected => "rejected or revoked",
            Self::Denied => "denied or stopped",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn or not asked",
        }
    }
}

/// The page of what is over.
#[derive(Clone, Debug, Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    /// What stands around it.
    pub(crate) shell: Shell,
    /// What was searched for.
    pub(crate) query: String,
    /// The one ending that is shown; none for all.
    pub(crate) ending: Option<Ending>,
    /// What was found, the latest first.
    pub(crate) found: Vec<Past>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<String>,
    /// Whether this is not the first page.
    pub(crate) is_later: bool,
}

impl HistoryPage {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    fn is_chosen(&self, ending: &Ending) -> bool {
        self.ending == Some(*ending)
    }

    fn is_filtered(&self) -> bool {
        !self.query.is_empty() || self.ending.is_some()
    }

    /// Where the page with these filters begins at `cursor`.
    fn address(&self, cursor: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.query.is_empty() {
            query.append_pair("q", &self.query);
        }
        if let Some(ending) = self.ending {
            query.append_pair("outcome", ending.as_str());
        }
        if !cursor.is_empty() {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { "/history".to_owned() } else { format!("/history?{query}") }
    }

    fn place() -> Place {
        Place::History
    }
}
