//! Puts a server together: ledger, gate and queue, from its configuration.

use std::sync::Arc;

use approvals_core::{Clock as _, Gate, Keyring, SystemClock};
use approvals_http::{Access, Queue, Tokens, WebApprover};
use approvals_sqlite::SqliteLedger;

use super::config::Config;
use super::error::Unserved;
use crate::error::Error;
use crate::{mistake, whose};

/// The parts of a server that runs, or is about to.
pub(crate) struct Server {
    pub(crate) gate: Gate,
    pub(crate) ledger: Arc<SqliteLedger>,
}

/// The gate and its ledger. The ledger is made if it is not there.
pub(crate) async fn gate(config: &Config) -> Result<Server, Error> {
    // What does not load must not be found out by the first call.
    mistake::rules(&config.policy)?;
    let people = mistake::people_in(&config.people, &whose::read(&config.people)?)?;
    let Keyring { log, recorder, grant } = Keyring::load(&config.keys).map_err(Error::KeysRead)?;
    let ledger = SqliteLedger::open(&config.ledger, &config.log, log).await;
    let ledger = ledger.map_err(|source| Error::opening(&config.ledger, source))?;
    let ledger = Arc::new(ledger);
    let gate = Gate::builder()
        .ledger(Arc::clone(&ledger))
        .policy_file(&config.policy)
        .directory(people)
        .approver(WebApprover::with_passkeys())
        .recorder_key(recorder)
        .grant_key(grant)
        .build()
        .await;
    Ok(Server { gate: gate.map_err(Unserved::Gate)?, ledger })
}

impl Server {
    /// The queue over it. Without anybody who could decide there is none.
    pub(crate) async fn queue(&self, config: &Config) -> Result<Queue, Error> {
        let control = self.gate.desk().control().await.map_err(Unserved::Desk)?;
        let now = SystemClock::default().now();
        if control.reviewer_keys().next().is_none() && control.open_invitations(now) == 0 {
            return Err(Unserved::NoReviewer.into());
        }
        let tokens = Tokens::open(&config.tokens).map_err(Unserved::Tokens)?;
        let access = Access::new(&config.url, tokens).map_err(Unserved::Address)?;
        let access = access.passkeys().map_err(Unserved::Address)?;
        let access = access.vkey(self.ledger.vkey().clone());
        let queue = Queue::builder(self.gate.clone(), Arc::clone(&self.ledger)).access(access);
        let queue = queue.build().await.map_err(Unserved::Queue)?;
        self.gate.recover().await.map_err(Unserved::Recover)?;
        Ok(queue)
    }
}
