//! Where a channel reaches its places, as its service has told it: kept in the log, for whoever posts there next.

use super::desk::DeskError;
use super::outbox::Outbox;
use crate::record::event::What;
use crate::record::ledger::LedgerError;

impl Outbox {
    /// The address that was last told of a place of this channel. Whoever sends anything there checks it first: who can
    /// write the ledger may have written it.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let gate = Gate::builder().approver(InMemoryApprover::new())
    /// #     .policy(PolicyFn::new("allow/1", |_| Verdict::Allow)?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new())
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// let outbox = gate.desk().outbox("teams");
    /// outbox.set_route("tenant-1/room-1", Some("https://emea.example.org")).await?;
    /// assert_eq!(outbox.route("tenant-1/room-1").await?.as_deref(), Some("https://emea.example.org"));
    /// # Ok(()) }
    /// ```
    pub async fn route(&self, place: &str) -> Result<Option<String>, DeskError> {
        let log = self.desk.core().look_at_log().await?;
        Ok(log.route(&self.channel, place).map(str::to_owned))
    }

    /// Notes the address of a place, or that it is to be reached no more. What is known already is not noted again.
    pub async fn set_route(&self, place: &str, address: Option<&str>) -> Result<(), DeskError> {
        let append = self.desk.core().append_to_log(|log, _now| {
            let is_news = log.route(&self.channel, place) != address;
            let routed = || What::Routed {
                channel: self.channel.clone(),
                place: place.to_owned(),
                address: address.map(str::to_owned),
            };
            Ok::<_, LedgerError>(is_news.then(routed))
        });
        Ok(append.await?)
    }
}
