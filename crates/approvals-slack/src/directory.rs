//! Who is who, where Slack knows who is a member and in which groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use approvals_chat::{Locks, insist};
use approvals_core::{ChannelIdentity, Directory, DirectoryError, Group, Principal};
use async_trait::async_trait;
use tokio::time::Instant;

use crate::error::{Problem, SlackError};
use crate::id::{UserGroupId, UserId};
use crate::shared::{Handle, Shared};

/// How long a look-up may take, all its tries together: what people have agreed to is not to fail because Slack rests for a
/// few seconds.
const LOOK_UP: Duration = Duration::from_secs(10);

/// A directory whose people are looked up in Slack each time: whoever is deactivated, a guest, a program or of another
/// workspace is nobody, and who is in the groups that [`SlackConfig::group`](crate::SlackConfig::group) names, Slack alone says.
///
/// `inner` knows which person stands behind an account: `slack:T0123ABCD/U0123ABCD`, and with the organization's id
/// where the workspace belongs to one. Groups are believed for [as long as it is said](crate::SlackConfig::believe_groups_for); while Slack does not answer, no vote counts.
///
/// [The page of this crate](crate) has an example.
#[derive(Debug)]
pub struct SlackDirectory<D> {
    chat: Handle,
    inner: D,
    groups: Mutex<BTreeMap<UserGroupId, (Instant, BTreeSet<UserId>)>>,
    /// Each group is asked for once at a time.
    asking: Locks<UserGroupId>,
}

impl<D> SlackDirectory<D> {
    pub(crate) fn new(chat: Handle, inner: D) -> Self {
        Self { chat, inner, groups: Mutex::default(), asking: Locks::default() }
    }

    fn slack(&self) -> &Shared {
        self.chat.service()
    }

    async fn members_of(&self, group: &UserGroupId) -> Result<BTreeSet<UserId>, SlackError> {
        let _asking = self.asking.of(group.clone()).await;
        if let Some(members) = self.remembered(group) {
            return Ok(members);
        }
        let look_up =
            || self.slack().web.group_members(group, self.slack().config.groups_in.as_ref());
        let members: BTreeSet<UserId> = match insist(LOOK_UP, look_up).await {
            Ok(members) => members.into_iter().collect(),
            // Nobody is in a group that is not there, and whoever is in other groups has nothing to do with that.
            Err(error) if error.is_no_group() => {
                tracing::error!(%group, error = &error as &dyn std::error::Error, "a user group counts as empty");
                BTreeSet::new()
            }
            Err(error) => return Err(Problem::from(error).into()),
        };
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.insert(group.clone(), (Instant::now(), members.clone()));
        Ok(members)
    }

    fn remembered(&self, group: &UserGroupId) -> Option<BTreeSet<UserId>> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, members) = groups.get(group)?;
        (since.elapsed() < self.slack().config.groups_live).then(|| members.clone())
    }
}

impl<D: Directory> SlackDirectory<D> {
    /// The same person, in those groups that Slack has them in. One of their users may have been looked up already.
    async fn in_groups(
        &self,
        mut person: Principal,
        member: Option<&UserId>,
    ) -> Result<Principal, DirectoryError> {
        for (group, of_slack) in &self.slack().config.groups {
            let mut is_in = false;
            for user in self.members_of(of_slack).await.map_err(DirectoryError::new)? {
                let known = self.known(&user).await?;
                is_in = known.is_some_and(|known| known.is_same_person(&person))
                    && (member == Some(&user) || self.is_member(&user).await?);
                if is_in {
                    break;
                }
            }
            person = if is_in {
                person.member_of([group.as_str()]).map_err(DirectoryError::new)?
            } else {
                person.without(group)
            };
        }
        Ok(person)
    }

    /// The person behind a user, if anybody knows one.
    async fn known(&self, user: &UserId) -> Result<Option<Principal>, DirectoryError> {
        let belonging = self.slack().belonging().await.map_err(unasked)?;
        let identity = belonging.identity(&self.slack().config.name, user);
        self.inner.resolve(&identity.map_err(DirectoryError::new)?).await
    }

    /// Whether a user may decide anything now.
    async fn is_member(&self, user: &UserId) -> Result<bool, DirectoryError> {
        let belonging = self.slack().belonging().await.map_err(unasked)?;
        let member = insist(LOOK_UP, || self.slack().web.member(user)).await;
        Ok(belonging.admits(&member.map_err(|error| unasked(error.into()))?).is_ok())
    }
}

fn unasked(problem: Problem) -> DirectoryError {
    DirectoryError::new(SlackError(problem))
}

#[async_trait]
impl<D: Directory> Directory for SlackDirectory<D> {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        let Some(person) = self.inner.resolve(identity).await? else { return Ok(None) };
        if identity.channel() != self.slack().config.name {
            return self.in_groups(person, None).await.map(Some);
        }
        let belonging = self.slack().belonging().await.map_err(unasked)?;
        match belonging.user(identity) {
            Some(user) if self.is_member(&user).await? => {
                self.in_groups(person, Some(&user)).await.map(Some)
            }
            _nobody => Ok(None),
        }
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        let Some(of_slack) = self.slack().config.groups.get(group) else {
            return self.inner.members(group).await;
        };
        let mut people = Vec::new();
        for user in self.members_of(of_slack).await.map_err(DirectoryError::new)? {
            // Whom nobody knows, nobody has to look up.
            let Some(person) = self.known(&user).await? else { continue };
            if self.is_member(&user).await? {
                people.push(person.member_of([group.as_str()]).map_err(DirectoryError::new)?);
            }
        }
        Ok(people)
    }
}
