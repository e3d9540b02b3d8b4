//! People as the directory knows them now.

use std::collections::BTreeSet;
use std::time::Duration;

use super::builder::Core;
use super::caught::caught;
use super::denied::Denied;
use crate::action::clock::Timestamp;
use crate::action::id::Group;
use crate::action::principal::Principal;
use crate::policy::obligations::Obligations;
use crate::record::in_force::Delegation;
use crate::record::state::State;
use crate::review::decision::Decision;
use crate::review::directory::{ChannelIdentity, DirectoryError};
use crate::review::request::Request;

/// How long a directory may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A directory that hangs or panics is one that could not answer.
async fn in_time<T, F: Future<Output = Result<T, DirectoryError>>>(
    asked: impl FnOnce() -> F,
) -> Result<T, DirectoryError> {
    match caught(|| tokio::time::timeout(TIMEOUT, asked())).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_elapsed)) => Err(DirectoryError::new("it took too long")),
        Err(_panic) => Err(DirectoryError::new("it panicked")),
    }
}

impl Core {
    /// Who stands behind an identity.
    pub(super) async fn resolve(
        &self,
        identity: &ChannelIdentity,
    ) -> Result<Option<Principal>, DirectoryError> {
        in_time(|| self.directory.resolve(identity)).await
    }

    async fn members_of(&self, group: &Group) -> Result<Vec<Principal>, DirectoryError> {
        in_time(|| self.directory.members(group)).await
    }

    /// The members of every group that these obligations may ask, each once.
    pub(super) async fn members(
        &self,
        obligations: &Obligations,
    ) -> Result<Vec<Principal>, DirectoryError> {
        let mut members: Vec<Principal> = Vec::new();
        for group in obligations.groups() {
            for member in self.members_of(group).await? {
                if !members.iter().any(|known| known.id() == member.id()) {
                    members.push(member);
                }
            }
        }
        Ok(members)
    }

    /// Who lent a vote, in those of the groups that it was lent for and they are still in.
    pub(super) async fn lender(
        &self,
        lent: &Delegation,
    ) -> Result<Option<Principal>, DirectoryError> {
        self.member(lent.from.as_str(), &lent.groups).await
    }

    async fn member(
        &self,
        id: &str,
        groups: &BTreeSet<Group>,
    ) -> Result<Option<Principal>, DirectoryError> {
        for group in groups {
            let members = self.members_of(group).await?;
            if let Some(member) = members.into_iter().find(|one| one.id().as_str() == id) {
                return Ok(Some(member.only_in(groups)));
            }
        }
        Ok(None)
    }

    /// Why nobody could satisfy what is asked, so that waiting would be in vain.
    pub(super) async fn shortfall(&self, request: &Request) -> Result<Option<String>, Denied> {
        let Some(question) = request.question() else { return Ok(None) };
        let members = self.members(question.obligations).await;
        let members = members.map_err(|_error| Denied::Unavailable { what: "the directory" })?;
        let channels: Vec<_> =
            self.approvers.iter().map(|one| (one.channel(), one.assurance())).collect();
        Ok(question.shortfall(&members, &channels))
    }

    /// The approvals that a grant rests on, by people as they are now.
    pub(super) async fn approvals_that_count(
        &self,
        state: &State,
    ) -> Result<Vec<Decision>, Denied> {
        match state.granted_at() {
            Some(granted_at) => self.approvals_now(state, granted_at).await,
            None => Ok(Vec::new()),
        }
    }

    /// The approvals of a request that count at `then`, by people as they are now. An approval whose people
    /// are not known any more is left out, and so is one whose vote was taken back.
    pub(super) async fn approvals_now(
        &self,
        state: &State,
        then: Timestamp,
    ) -> Result<Vec<Decision>, Denied> {
        let gone = |_error: DirectoryError| Denied::Unavailable { what: "the directory" };
        let (control, mut approvals) = (self.control(), Vec::new());
        for decision in state.approvers(then).filter(|one| control.upholds(one)) {
            let reviewer = self.resolve(&decision.identity).await.map_err(gone)?;
            let reviewer = reviewer.filter(|one| one.id() == decision.reviewer.id());
            let Some(reviewer) = reviewer else { continue };
            let delegator = match &decision.delegator {
                None => None,
                Some(was) => {
                    let now = self.member(was.id().as_str(), was.groups()).await.map_err(gone)?;
                    let Some(now) = now else { continue };
                    Some(now)
                }
            };
            approvals.push(Decision { delegator, reviewer, ..decision.clone() });
        }
        Ok(approvals)
    }
}
