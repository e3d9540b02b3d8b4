//! Who has clicked, and whether they belong here. Pure.

use std::collections::BTreeSet;

use approvals_core::{ChannelIdentity, NameError};

use crate::callback::Sender;
use crate::id::{AppId, ChannelId, TeamId, UserId};
use crate::transport::{Installation, Member, Standing};

/// Where the app is installed, and whose people may decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Belonging<'a> {
    pub(crate) app: &'a AppId,
    pub(crate) installation: &'a Installation,
    /// Workspaces whose people may decide as well.
    pub(crate) teams: &'a BTreeSet<TeamId>,
}

/// Why somebody does not belong here, in words for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Outsider {
    #[error("your account is deactivated")]
    Deactivated,
    #[error("programs decide nothing")]
    Program,
    #[error("guests of this workspace decide nothing")]
    Guest,
    #[error("only members of the workspace in which this app is installed decide here")]
    Foreign,
}

impl<'a> Belonging<'a> {
    /// Whether a call is for this app, where it is installed.
    pub(crate) fn is_for_us(self, sender: &Sender) -> bool {
        let installation = self.installation;
        let is_here = if installation.is_org_wide {
            sender.enterprise.is_some() && sender.enterprise == installation.enterprise
        } else {
            sender.team.is_some() && sender.team == installation.team
        };
        sender.app == *self.app && is_here
    }

    /// What a message in that channel is called in, wherever one looks from.
    pub(crate) fn place(self, channel: &ChannelId) -> String {
        format!("{}/{}/{channel}", self.app, self.root(self.installation.is_org_wide))
    }

    /// Who that is, also if they are seen from another workspace of the organization: there, ids are given out once.
    pub(crate) fn identity(self, name: &str, user: &UserId) -> Result<ChannelIdentity, NameError> {
        let root = self.root(self.installation.enterprise.is_some());
        ChannelIdentity::new(name, &format!("{root}/{user}"))
    }

    /// The member behind an identity that [`identity`](Self::identity) has made.
    pub(crate) fn user(self, identity: &ChannelIdentity) -> Option<UserId> {
        let (root, user) = identity.subject().split_once('/')?;
        let is_ours = root == self.root(self.installation.enterprise.is_some());
        user.parse().ok().filter(|_user| is_ours)
    }

    fn root(self, of_enterprise: bool) -> &'a str {
        let Installation { team, enterprise, .. } = self.installation;
        let team = team.as_ref().map(TeamId::as_str);
        let enterprise = enterprise.as_ref().map(crate::id::EnterpriseId::as_str);
        let root = if of_enterprise { enterprise } else { team };
        root.unwrap_or("nowhere")
    }

    /// Whether somebody who was just looked up may decide anything here.
    pub(crate) fn admits(self, member: &Member) -> Result<(), Outsider> {
        match member.standing {
            Standing::Deactivated => return Err(Outsider::Deactivated),
            Standing::Bot => return Err(Outsider::Program),
            Standing::Guest => return Err(Outsider::Guest),
            Standing::Stranger => return Err(Outsider::Foreign),
            Standing::Full => {}
        }
        let installation = self.installation;
        let is_team =
            |team: &TeamId| installation.team.as_ref() == Some(team) || self.teams.contains(team);
        let of_team = member.team.iter().chain(&member.teams).any(is_team);
        let of_organization = installation.is_org_wide
            && member.enterprise.is_some()
            && member.enterprise == installation.enterprise;
        if of_team || of_organization { Ok(()) } else { Err(Outsider::Foreign) }
    }
}

#[cfg(test)]
#[path = "belonging_tests.rs"]
mod tests;
