//! People as TOML: who is who, for programs and small teams.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::directory::{ChannelIdentity, StaticDirectory};
use crate::action::clock::Timestamp;
use crate::action::principal::Principal;

/// The largest file, in bytes.
const MAX_FILE: usize = 1024 * 1024;
/// The most people of one file.
const MAX_PEOPLE: usize = 10_000;
/// The most groups, names or identities of one person.
const MAX_NAMES: usize = 256;

/// A file of people that does not load: where, what, and how to mend it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::StaticDirectory;
///
/// let people = r#"
/// version = 1
///
/// [person."u:mira"]
/// kind = "human"
/// identities = ["T1/U42"]
/// "#;
/// let error = people.parse::<StaticDirectory>().unwrap_err();
/// assert_eq!((error.line(), error.column()), (6, 15));
/// assert!(error.message().starts_with("an identity is a channel, a colon, and the channel's own name"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct RollError {
    line: usize,
    column: usize,
    message: String,
}

impl RollError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    #[serde(default)]
    person: BTreeMap<Text, Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    kind: Kind,
    #[serde(default)]
    groups: Vec<Text>,
    #[serde(default)]
    since: BTreeMap<Text, Text>,
    #[serde(default)]
    also_known_as: Vec<Text>,
    identities: Spanned<Vec<Text>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Agent,
    Human,
    Service,
}

/// People as they stand in a file. At most 1 MiB and 10 000 people; nothing unknown is let through, an id
/// belongs to one person, and so does an identity.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::StaticDirectory;
///
/// let people: StaticDirectory = r#"
/// version = 1
///
/// [person."u:mira"]
/// kind = "human"                              # or "agent", "service"
/// groups = ["ops", "data-owners"]
/// since = { ops = "2026-01-01T00:00:00Z" }    # new members of a group may have to wait
/// also_known_as = ["u:mira-admin"]            # other accounts of the same human
/// identities = ["slack:T1/U42", "os:uid:1000"] # a channel, and its own name for them
/// "#
/// .parse()?;
/// assert_eq!(people.identities().count(), 2);
/// # Ok::<(), approvals_core::RollError>(())
/// ```
impl FromStr for StaticDirectory {
    type Err = RollError;

    fn from_str(text: &str) -> Result<Self, RollError> {
        let source = Source(text);
        if text.len() > MAX_FILE {
            return Err(source.error(None, format!("the file is larger than {MAX_FILE} bytes")));
        }
        let file: File =
            toml::from_str(text).map_err(|error| source.error(error.span(), error.message()))?;
        if *file.version.get_ref() != 1 {
            return source.refuse(&file.version, "this version reads `version = 1` only");
        }
        let mut directory = Self::new();
        let (mut ids, mut identities) = (BTreeSet::new(), BTreeSet::new());
        for (place, (id, person)) in file.person.iter().enumerate() {
            if place >= MAX_PEOPLE {
                return source
                    .refuse(id, format!("more than {MAX_PEOPLE} people; use a directory service"));
            }
            for name in std::iter::once(id).chain(&person.also_known_as) {
                if !ids.insert(name.get_ref().as_str()) {
                    return source.refuse(name, "this id stands here twice; one person has it");
                }
            }
            let known = source.identities(person)?;
            for (identity, at) in known.iter().zip(person.identities.get_ref()) {
                if !identities.insert(identity.clone()) {
                    return source.refuse(at, "this identity stands here twice; one person has it");
                }
            }
            directory = directory.with(&source.principal(id, person)?, known);
        }
        Ok(directory)
    }
}

/// The text that is read: it knows where things stand.
#[derive(Clone, Copy)]
struct Source<'a>(&'a str);

impl Source<'_> {
    fn error(self, span: Option<Range<usize>>, message: impl Into<String>) -> RollError {
        let before = span.and_then(|span| self.0.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let last = before.rsplit('\n').next().unwrap_or_default();
        let column = last.chars().count().saturating_add(1);
        RollError { line, column, message: message.into() }
    }

    fn refuse<T, V>(self, at: &Spanned<V>, message: impl Into<String>) -> Result<T, RollError> {
        Err(self.error(Some(at.span()), message))
    }

    fn principal(self, id: &Text, person: &Person) -> Result<Principal, RollError> {
        let made = match person.kind {
            Kind::Agent => Principal::agent(id.get_ref()),
            Kind::Human => Principal::human(id.get_ref()),
            Kind::Service => Principal::service(id.get_ref()),
        };
        let mut made = made.or_else(|error| self.refuse(id, error.to_string()))?;
        self.few(&person.groups)?;
        self.few(&person.also_known_as)?;
        for group in &person.groups {
            let joined = made.member_of([group.get_ref().as_str()]);
            made = joined.or_else(|error| self.refuse(group, error.to_string()))?;
        }
        for (group, since) in &person.since {
            if !person.groups.iter().any(|one| one.get_ref() == group.get_ref()) {
                return self.refuse(group, "since when, but not in this group; add it to `groups`");
            }
            let moment: Timestamp = since
                .get_ref()
                .parse()
                .or_else(|error: crate::TimeError| self.refuse(since, error.to_string()))?;
            let joined = made.member_since(group.get_ref(), moment);
            made = joined.or_else(|error| self.refuse(group, error.to_string()))?;
        }
        for name in &person.also_known_as {
            let known = made.also_known_as([name.get_ref().as_str()]);
            made = known.or_else(|error| self.refuse(name, error.to_string()))?;
        }
        Ok(made)
    }

    fn identities(self, person: &Person) -> Result<Vec<ChannelIdentity>, RollError> {
        let all = person.identities.get_ref();
        if all.is_empty() {
            return self.refuse(
                &person.identities,
                "nobody could tell who this is; add an identity such as \"slack:T1/U42\"",
            );
        }
        self.few(all)?;
        let identity = |text: &Text| {
            match text.get_ref().split_once(':') {
            Some((channel, subject)) => ChannelIdentity::new(channel, subject)
                .or_else(|error| self.refuse(text, error.to_string())),
            None => self.refuse(
                text,
                "an identity is a channel, a colon, and the channel's own name for the person, such as \"slack:T1/U42\"",
            ),
        }
        };
        all.iter().map(identity).collect()
    }

    fn few(self, names: &[Text]) -> Result<(), RollError> {
        match names.get(MAX_NAMES) {
            Some(one_more) => self.refuse(one_more, format!("more than {MAX_NAMES} of them")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "roll_tests.rs"]
mod tests;
