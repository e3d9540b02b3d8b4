//! What a call of a chat service that failed means for whoever made it.

use std::error::Error;
use std::fmt;
use std::time::Duration;

/// A call of a chat service that failed. Prints as the error that the service's own client has given.
///
/// ```
/// use approvals_chat::{Fault, Meaning};
///
/// let fault = Fault::new(Meaning::Deleted, "there is no such message");
/// assert_eq!((fault.meaning(), fault.to_string().as_str()), (Meaning::Deleted, "there is no such message"));
/// ```
#[derive(Debug)]
pub struct Fault {
    meaning: Meaning,
    error: Box<dyn Error + Send + Sync>,
}

/// What a failed call means. [`Fault`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each is answered in its own way")]
pub enum Meaning {
    /// Nothing happened. The same call may go well after that time.
    Later(Duration),
    /// It may have happened, or not.
    Unsure,
    /// Nothing happened, nor will anything that this app asks for, before somebody changes its set-up.
    Barred,
    /// Nothing happened: somebody has deleted the message.
    Deleted,
    /// Nothing happened: the place where the message is takes nothing any more.
    Gone,
    /// Nothing happened: the service does not do what was asked.
    Refused,
}

impl Fault {
    /// That `error` means this.
    pub fn new(meaning: Meaning, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { meaning, error: error.into() }
    }

    /// What it means.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        self.meaning
    }

    /// Whether nothing has happened, and the same call may go well later although nobody changes anything.
    pub(crate) fn is_without_effect(&self) -> bool {
        matches!(self.meaning, Meaning::Later(_))
    }

    /// Whether it is this app that may do nothing any more.
    pub(crate) fn is_barred(&self) -> bool {
        self.meaning == Meaning::Barred
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}
