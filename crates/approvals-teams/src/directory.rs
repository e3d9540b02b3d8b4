//! Who is who, where Teams knows who is a member.

use approvals_chat::{Admission, Fault, insist};
use approvals_core::{ChannelIdentity, Directory, DirectoryError, Group, Principal};
use async_trait::async_trait;

use crate::shared::{Handle, LOOK_UP};

/// A directory whose people are looked up in Teams each time: whoever is a guest, of another organization, or in none of
/// the conversations in which is asked, is nobody.
///
/// `inner` knows which person stands behind an account, `teams:<tenant id>/<object id>`, and in which groups they are.
/// While Teams does not answer, no vote counts.
///
/// [The page of this crate](crate) has an example.
#[derive(Debug)]
pub struct TeamsDirectory<D> {
    chat: Handle,
    inner: D,
}

impl<D> TeamsDirectory<D> {
    pub(crate) fn new(chat: Handle, inner: D) -> Self {
        Self { chat, inner }
    }
}

#[async_trait]
impl<D: Directory> Directory for TeamsDirectory<D> {
    async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        let teams = self.chat.service();
        let Some(person) = self.inner.resolve(identity).await? else { return Ok(None) };
        if identity.channel() != teams.config.name {
            return Ok(Some(person));
        }
        let Some(user) = teams.user(identity) else { return Ok(None) };
        let look = async || teams.member(&user).await.map_err(Fault::from);
        let member = insist(LOOK_UP, look).await.map_err(DirectoryError::new)?;
        Ok(match teams.admits(member.as_ref()) {
            Admission::Admitted => Some(person),
            Admission::Outside(_) => None,
        })
    }

    async fn members(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        self.inner.members(group).await
    }
}
