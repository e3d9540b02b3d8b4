//! In which Slack a message is read, and who can be mentioned there.

use approvals_core::ChannelIdentity;

use crate::belonging::Belonging;
use crate::id::UserId;

/// In which Slack a message is read. Elsewhere the same id may be somebody else's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Here<'a> {
    /// What the channel is called in the log.
    pub(crate) name: &'a str,
    pub(crate) belonging: Belonging<'a>,
}

impl Here<'_> {
    /// The member behind an identity, if it was made here.
    pub(super) fn member(self, identity: &ChannelIdentity) -> Option<UserId> {
        let is_here = identity.channel() == self.name;
        self.belonging.user(identity).filter(|_user| is_here)
    }
}
