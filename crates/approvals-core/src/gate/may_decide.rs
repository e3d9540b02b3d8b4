//! Who somebody is, and whether they may decide: what a channel needs that shows each person what waits for them.

use super::desk::{Desk, DeskError};
use crate::action::clock::Timestamp;
use crate::action::principal::Principal;
use crate::policy::assurance::Assurance;
use crate::record::state::State;
use crate::record::transition::Refusal;
use crate::review::decision::Choice;
use crate::review::directory::ChannelIdentity;
use crate::review::quorum::{Ineligible, Vote};

impl Desk {
    /// Who `identity` is, by the directory of this gate; refused if it is nobody's.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// use approvals::{ChannelIdentity, DeskError, Refusal};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
    /// # let account = ChannelIdentity::new("memory", "mira")?;
    /// # let gate = Gate::builder().approver(InMemoryApprover::new())
    /// #     .policy(PolicyFn::new("none/1", |_| Verdict::Allow)?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant).build().await?;
    /// assert_eq!(gate.desk().reviewer(&account).await?.id().as_str(), "u:mira");
    ///
    /// let stranger = ChannelIdentity::new("memory", "tom")?;
    /// let refused = gate.desk().reviewer(&stranger).await;
    /// assert!(matches!(refused, Err(DeskError::Refused(Refusal::Unmapped(_)))));
    /// # Ok(()) }
    /// ```
    pub async fn reviewer(&self, identity: &ChannelIdentity) -> Result<Principal, DeskError> {
        self.person(identity).await
    }
}

impl State {
    /// Whether the vote of `person`, given in this channel with this assurance at `now`, would be among those that
    /// count: for lists of what waits for somebody. Votes that others have lent are looked at only when deciding.
    pub fn admits(
        &self,
        person: &Principal,
        choice: Choice,
        channel: &str,
        assurance: Assurance,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let question = self.question().ok_or(Ineligible::NotAsked)?;
        let at = self.time(now);
        let vote = Vote { choice, person, delegator: None, assurance, channel, at };
        question.admits(&vote)?;
        if self.has_voted(&vote) { Err(Refusal::Twice) } else { Ok(()) }
    }
}
