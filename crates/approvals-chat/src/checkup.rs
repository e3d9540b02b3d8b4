//! What a check of the set-up has found.

use std::error::Error;
use std::fmt;

/// What the check of a set-up has found, in the order in which it was looked at. It prints as a list, one line each, and
/// the [conclusion](Self::conclusion).
///
/// ```
/// use approvals_chat::{Checkup, Level};
///
/// let mut checkup = Checkup::default();
/// checkup.note("bot token", Level::Fine, "it is that of the bot".to_owned());
/// checkup.ask("clicks", "not checkable here".to_owned(), "Do clicks get here?".to_owned());
/// assert!(checkup.is_fine());
/// let conclusion = "Nothing is missing, but 1 thing could not be checked. Do clicks get here?";
/// assert_eq!(checkup.conclusion(), conclusion);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    findings: Vec<Finding>,
    /// What a person has to look at, since it could not be looked at here.
    asks: Vec<String>,
}

/// One thing, how it is, and what somebody can do about it. [`Checkup`] says where they come from, and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked at: `bot token`, `channel C0123ABCD`.
    pub what: String,
    /// How it is.
    pub level: Level,
    /// What was seen; where something is not as it should be, what to do.
    pub says: String,
}

/// How something is. [`Finding`] has it, and [`Checkup`] says where to find an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// As it should be.
    Fine,
    /// It works, and is probably not what was meant.
    Doubt,
    /// It cannot be looked at: what says so tells where a person can.
    Unknown,
    /// Without this, cards or clicks do not get through.
    Missing,
}

impl Checkup {
    /// All of it.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing is missing. What cannot be looked at is not missing.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.count(Level::Missing) == 0
    }

    /// How it is as a whole, in a line: what is missing, and what somebody has to look at because it could not be checked.
    #[must_use]
    pub fn conclusion(&self) -> String {
        let missing = match self.count(Level::Missing) {
            0 => "Nothing is missing".to_owned(),
            1 => "One thing is missing".to_owned(),
            several => format!("{several} things are missing"),
        };
        let joint = if self.is_fine() { "but" } else { "and" };
        let unchecked = match self.count(Level::Unknown) {
            0 => return format!("{missing}."),
            1 => "1 thing".to_owned(),
            several => format!("{several} things"),
        };
        format!("{missing}, {joint} {unchecked} could not be checked. {}", self.asks.join(" "))
    }

    fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Something that was looked at.
    pub fn note(&mut self, what: &str, level: Level, says: String) {
        if level == Level::Unknown {
            return self.ask(what, says, format!("Is the {what} right?"));
        }
        self.findings.push(Finding { what: what.to_owned(), level, says });
    }

    /// Something that cannot be looked at, and what a person has to look at in its place.
    pub fn ask(&mut self, what: &str, says: String, asks: String) {
        self.findings.push(Finding { what: what.to_owned(), level: Level::Unknown, says });
        self.asks.push(asks);
    }
}

impl fmt::Display for Checkup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        writeln!(f, "{}", self.conclusion())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<7}  {}: {}", self.level, self.what, self.says)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fine => "ok",
            Self::Doubt => "look",
            Self::Unknown => "unknown",
            Self::Missing => "MISSING",
        })
    }
}

/// An error with all that is behind it, in a line.
///
/// ```
/// use approvals_chat::{Fault, Meaning, whole};
///
/// let fault = Fault::new(Meaning::Refused, "the bot is not in that channel");
/// assert_eq!(whole(&fault), "the bot is not in that channel");
/// ```
#[must_use]
pub fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}
