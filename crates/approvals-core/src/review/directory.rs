//! From a channel's own authentication to a person.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::action::id::{Group, NameError};
use crate::action::principal::Principal;

/// Who someone is in one channel, as that channel has authenticated them.
///
/// Only the code that verified a channel's authentication makes one; never take it from a message body.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{ChannelIdentity, Directory, Principal, StaticDirectory};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let account = ChannelIdentity::new("slack", "T1/U42")?;
/// assert_eq!(account.to_string(), "slack:T1/U42");
///
/// let mira = Principal::human("u:mira")?;
/// let directory = StaticDirectory::new().with(&mira, [account.clone()]);
/// assert_eq!(directory.resolve(&account).await?, Some(mira));
///
/// // The same name in another channel is somebody else.
/// let other = ChannelIdentity::new("teams", "T1/U42")?;
/// assert_eq!(directory.resolve(&other).await?, None);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelIdentity {
    channel: String,
    subject: String,
}

impl ChannelIdentity {
    /// `subject` as authenticated by `channel`: both 1 to 200 visible ASCII characters.
    pub fn new(channel: &str, subject: &str) -> Result<Self, NameError> {
        let parse = |text: &str| text.parse::<crate::PrincipalId>().map(String::from);
        Ok(Self { channel: parse(channel)?, subject: parse(subject)? })
    }

    /// The channel, such as `slack` or `terminal`.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel's own name for the person, such as a user id.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Display for ChannelIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.channel, self.subject)
    }
}

/// Knows which person stands behind a channel identity, and who is in a group.
///
/// Duties: map every identity of one person to the *same* principal, so that nobody votes twice; where one
/// person has several principals, let each of them name all the others
/// ([`also_known_as`](Principal::also_known_as)); say since when somebody is in a group, if it knows; answer
/// `None` for identities that it does not know for certain.
/// Contract: answers are current, since eligibility is checked when deciding and again when a grant is
/// consumed; no caching beyond what the deployment accepts. Reading changes nothing. An error refuses the
/// vote, or the call.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{ChannelIdentity, Directory, DirectoryError, Group, Principal};
/// use async_trait::async_trait;
///
/// /// Everybody who can reach the terminal is the operator.
/// #[derive(Debug)]
/// struct SingleOperator(Principal);
///
/// #[async_trait]
/// impl Directory for SingleOperator {
///     async fn resolve(&self, identity: &ChannelIdentity) -> Result<Option<Principal>, DirectoryError> {
///         Ok((identity.channel() == "terminal").then(|| self.0.clone()))
///     }
///     async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
///         Ok(if self.0.is_in(group) { vec![self.0.clone()] } else { vec![] })
///     }
/// }
/// ```
#[async_trait]
pub trait Directory: fmt::Debug + Send + Sync {
    /// The principal behind an identity; `None` if there is none, which means no vote.
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError>;

    /// The members of a group, to see at once that nobody could approve.
    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError>;
}

/// A directory that could not answer.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::DirectoryError;
/// use std::error::Error;
///
/// // As in a directory: `let found = ldap.search(name).await.map_err(DirectoryError::new)?;`
/// let error = DirectoryError::new("LDAP answered 52: unavailable");
/// assert_eq!(error.to_string(), "the directory could not be asked");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("LDAP answered 52: unavailable"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the directory could not be asked")]
pub struct DirectoryError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl DirectoryError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

/// A directory that is written down: in the program, or in a file of people beside it.
///
/// A file is read with [`FromStr`](std::str::FromStr), as in
/// `include_str!("people.toml").parse::<StaticDirectory>()?`:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::StaticDirectory;
///
/// let people_toml = r#"
/// version = 1
///
/// [person."u:mira"]
/// kind = "human"
/// groups = ["data-owners"]
/// identities = ["slack:T1/U42", "os:uid:1000"]
/// "#;
/// let directory = people_toml.parse::<StaticDirectory>()?;
/// assert_eq!(directory.identities().count(), 2);
/// # Ok::<(), approvals_core::RollError>(())
/// ```
///
/// In the program:
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{ChannelIdentity, Principal, StaticDirectory};
///
/// let directory = StaticDirectory::new()
///     .with(&Principal::human("u:mira")?.member_of(["data-owners"])?, [ChannelIdentity::new("slack", "T1/U42")?]);
/// assert_eq!(directory.identities().count(), 1);
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StaticDirectory {
    identities: BTreeMap<ChannelIdentity, Principal>,
}

impl StaticDirectory {
    /// A directory that knows nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, knowing `principal` by these identities. An identity has one owner: the last one named.
    ///
    /// Principals that go by a common id are one person, also if only a third one names it.
    #[must_use]
    pub fn with(
        mut self,
        principal: &Principal,
        identities: impl IntoIterator<Item = ChannelIdentity>,
    ) -> Self {
        for identity in identities {
            self.identities.insert(identity, principal.clone());
        }
        // Those that were known before name all their ids already, so one look at each is enough.
        let linked = self.identities.values().filter(|known| known.is_same_person(principal));
        let ids = linked.flat_map(Principal::ids).chain(principal.ids()).cloned().collect();
        for known in self.identities.values_mut().filter(|known| known.is_same_person(principal)) {
            *known = known.clone().linked(&ids);
        }
        self
    }

    /// Everybody whom it knows, by each of their identities.
    pub fn identities(&self) -> impl Iterator<Item = (&ChannelIdentity, &Principal)> {
        self.identities.iter()
    }
}

#[async_trait]
impl Directory for StaticDirectory {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        Ok(self.identities.get(identity).cloned())
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        Ok(self.identities.values().filter(|principal| principal.is_in(group)).cloned().collect())
    }
}
