//! The file of tokens: who may submit what, and who may read the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::str::FromStr;

use approvals_core::{Digest, Principal, Requester, Risk, Timestamp};
use serde::Deserialize;
use toml::Spanned;

use super::scope::Scope;

const MAX_FILE: usize = 1024 * 1024;
const MAX_TOKENS: usize = 10_000;
const MAX_NAMES: usize = 256;

/// A file of tokens that is refused, and where in it. [`Tokens`](crate::Tokens) has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TokensError {
    line: usize,
    column: usize,
    message: String,
}

impl TokensError {
    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong there, and how to mend it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The column, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

/// What a requester's token is for.
#[derive(Debug, PartialEq)]
pub(crate) struct RequesterEntry {
    pub(crate) name: String,
    pub(crate) requester: Requester,
    pub(crate) scopes: Vec<Scope>,
    /// The lowest risk that an action of theirs can have, whatever they say.
    pub(crate) risk: Risk,
    pub(crate) expires: Option<Timestamp>,
}

/// Whom an auditor's token is for.
#[derive(Debug, PartialEq)]
pub(crate) struct AuditorEntry {
    pub(crate) name: String,
    pub(crate) expires: Option<Timestamp>,
}

/// All tokens of one file, by their digests.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Roll {
    pub(crate) requesters: HashMap<Digest, std::sync::Arc<RequesterEntry>>,
    pub(crate) auditors: HashMap<Digest, std::sync::Arc<AuditorEntry>>,
}

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    #[serde(default)]
    requester: BTreeMap<Text, RequesterRow>,
    #[serde(default)]
    auditor: BTreeMap<Text, AuditorRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequesterRow {
    hash: Text,
    principal: PrincipalRow,
    #[serde(default)]
    on_behalf_of: Vec<PrincipalRow>,
    actions: Spanned<Vec<Text>>,
    #[serde(default)]
    risk: Risk,
    expires: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditorRow {
    hash: Text,
    expires: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrincipalRow {
    id: Text,
    kind: Kind,
    #[serde(default)]
    groups: Vec<Text>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Agent,
    Human,
    Service,
}

impl FromStr for Roll {
    type Err = TokensError;

    fn from_str(text: &str) -> Result<Self, TokensError> {
        let source = Source(text);
        if text.len() > MAX_FILE {
            return Err(source.error(None, format!("the file is larger than {MAX_FILE} bytes")));
        }
        let file: File =
            toml::from_str(text).map_err(|error| source.error(error.span(), error.message()))?;
        if *file.version.get_ref() != 1 {
            return source.refuse(&file.version, "this version reads `version = 1` only");
        }
        if file.requester.len().saturating_add(file.auditor.len()) > MAX_TOKENS {
            return Err(source.error(None, format!("more than {MAX_TOKENS} tokens")));
        }
        let (mut roll, mut hashes) = (Self::default(), BTreeSet::new());
        for (name, row) in file.requester {
            let hash = source.hash(&row.hash, &mut hashes)?;
            roll.requesters.insert(hash, source.requester(&name, &row)?.into());
        }
        for (name, row) in file.auditor {
            let hash = source.hash(&row.hash, &mut hashes)?;
            let (name, expires) = (source.name(&name)?, source.moment(row.expires.as_ref())?);
            roll.auditors.insert(hash, AuditorEntry { name, expires }.into());
        }
        Ok(roll)
    }
}

#[derive(Clone, Copy)]
struct Source<'a>(&'a str);

impl Source<'_> {
    fn error(self, span: Option<Range<usize>>, message: impl Into<String>) -> TokensError {
        let before = span.and_then(|span| self.0.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        let last = before.rsplit('\n').next().unwrap_or_default();
        let column = last.chars().count().saturating_add(1);
        TokensError { line, column, message: message.into() }
    }

    fn refuse<T, V>(self, at: &Spanned<V>, message: impl Into<String>) -> Result<T, TokensError> {
        Err(self.error(Some(at.span()), message))
    }

    fn name(self, name: &Text) -> Result<String, TokensError> {
        let text = name.get_ref();
        if (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(text.clone())
        } else {
            self.refuse(name, "a token's name has 1 to 100 visible ASCII characters")
        }
    }

    fn hash(self, text: &Text, known: &mut BTreeSet<Digest>) -> Result<Digest, TokensError> {
        let hash: Digest = match text.get_ref().parse() {
            Ok(hash) => hash,
            // A token that was put here in the place of its digest must not be quoted.
            Err(_other) => {
                return self.refuse(
                    text,
                    "here stands a token's digest: `sha256:` and 64 lower-case hex digits",
                );
            }
        };
        if known.insert(hash) {
            Ok(hash)
        } else {
            self.refuse(text, "this token stands here twice; give each its own")
        }
    }

    fn requester(self, name: &Text, row: &RequesterRow) -> Result<RequesterEntry, TokensError> {
        if row.actions.get_ref().is_empty() {
            return self.refuse(
                &row.actions,
                "this token could do nothing; name actions, such as \"s3.export\" or \"s3.*\"",
            );
        }
        self.few(row.actions.get_ref())?;
        let scopes = row.actions.get_ref().iter().map(|text| {
            let scope = Scope::parse(text.get_ref());
            let scope = scope.or_else(|error| self.refuse(text, error.to_string()))?;
            match &scope {
                Scope::Exact(name) | Scope::Under(name) if name.is_reserved() => {
                    self.refuse(text, "acts on the approvals themselves are no agent's")
                }
                Scope::Exact(_) | Scope::Under(_) => Ok(scope),
            }
        });
        let scopes = scopes.collect::<Result<_, _>>()?;
        if let Some(one_more) = row.on_behalf_of.get(MAX_NAMES) {
            return self.refuse(&one_more.id, format!("more than {MAX_NAMES} of them"));
        }
        let mut requester = Requester::new(self.principal(&row.principal)?);
        for owner in &row.on_behalf_of {
            requester = requester.on_behalf_of(self.principal(owner)?);
        }
        let expires = self.moment(row.expires.as_ref())?;
        Ok(RequesterEntry { name: self.name(name)?, requester, scopes, risk: row.risk, expires })
    }

    fn principal(self, row: &PrincipalRow) -> Result<Principal, TokensError> {
        let made = match row.kind {
            Kind::Agent => Principal::agent(row.id.get_ref()),
            Kind::Human => Principal::human(row.id.get_ref()),
            Kind::Service => Principal::service(row.id.get_ref()),
        };
        let mut made = made.or_else(|error| self.refuse(&row.id, error.to_string()))?;
        self.few(&row.groups)?;
        for group in &row.groups {
            let joined = made.member_of([group.get_ref().as_str()]);
            made = joined.or_else(|error| self.refuse(group, error.to_string()))?;
        }
        Ok(made)
    }

    fn moment(self, text: Option<&Text>) -> Result<Option<Timestamp>, TokensError> {
        let Some(text) = text else { return Ok(None) };
        let moment: Result<Timestamp, approvals_core::TimeError> = text.get_ref().parse();
        moment.map(Some).or_else(|error| self.refuse(text, error.to_string()))
    }

    fn few(self, names: &[Text]) -> Result<(), TokensError> {
        match names.get(MAX_NAMES) {
            Some(one_more) => self.refuse(one_more, format!("more than {MAX_NAMES} of them")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "roll_tests.rs"]
mod tests;
