//! What was spent, or done, in the last hour: added up from the ledger.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::ledger::{Ledger, LedgerError};
use super::tally::{Counting, MOST, Tally};
use crate::action::id::{FactName, NameError};
use crate::policy::fact::{Fact, FactSet};
use crate::policy::facts::Facts;
use crate::policy::provider::{FactError, FactProvider};

/// States how much one action has added up to in a sliding window: the sum of an argument, or the number of
/// calls. It is what keeps a large payment from passing as twenty small ones.
///
/// A call counts
/// - while it can still start, and until the window after its time to do so is over;
/// - for the window after it started, and for the window after it ended, however it did.
///
/// It does not count if the policy denied it, if it was rejected, withdrawn, revoked or has expired, and if
/// its body is recorded as never having begun. An amount below zero counts as none, so that nothing makes up
/// for something else; one that is missing or no integer counts as the largest total, 2⁵³ − 1, where sums end
/// as well.
///
/// The call that is asked about is left out, so that this is what it comes on top of;
/// [`with_this_call`](Self::with_this_call) adds it, for limits in rules, which cannot add. Its request is
/// known by [`Facts::request`], which the gate gives. Where nobody does, a call whose request is in the log
/// already counts as another one, which only makes the total larger.
///
/// Calls that are asked for in the same instant do not see each other yet. Those that people have to approve
/// do when the policy is asked again; those that the policy allows at once can exceed the limit by as many as
/// are asked for together.
///
/// Times are those that events claim, but none is taken to be earlier than one before it: a clock that steps
/// back takes nothing out of the window. A clock that ran ahead keeps what follows in it until its time comes.
///
/// The log is read from its beginning once, and then only what is new; [`catch_up`](Self::catch_up) does
/// the first part in advance. An event that cannot be read is an error, which denies. What is remembered are
/// the calls of the action in the window, and those that have not ended.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{LocalSigner, MemoryLedger, RunningTotal};
/// use std::{sync::Arc, time::Duration};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = Arc::new(MemoryLedger::new("example.com/test", LocalSigner::generate()?).await?);
/// let hour = Duration::from_secs(3600);
/// let spent = RunningTotal::new("spend.hour_cents", "payments.pay", hour, Arc::clone(&ledger))?
///     .sum("cents")
///     .with_this_call()
///     .per_requester();
/// spent.catch_up().await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct RunningTotal {
    fact: FactName,
    ledger: Box<dyn Ledger>,
    counting: Counting,
    is_per_requester: bool,
    counts_this_call: bool,
    tally: Mutex<Tally>,
}

/// How many entries are read at once.
const BATCH: usize = 1024;

/// How far clocks that are asked at the same time may lie apart without the log being read anew.
const CLOCKS: Duration = Duration::from_secs(3600);

impl RunningTotal {
    /// The number of calls of `action` within `window`, as `ledger` has them, stated as the integer of this
    /// name.
    ///
    /// # Errors
    ///
    /// If the fact or the action has no such name.
    pub fn new(
        fact: &str,
        action: &str,
        window: Duration,
        ledger: impl Ledger + 'static,
    ) -> Result<Self, NameError> {
        Ok(Self {
            fact: fact.parse()?,
            ledger: Box::new(ledger),
            counting: Counting { action: action.parse()?, argument: None, window },
            is_per_requester: false,
            counts_this_call: false,
            tally: Mutex::default(),
        })
    }

    /// The same, adding up this argument of the calls: a bound integer, such as an amount in cents.
    #[must_use]
    pub fn sum(mut self, argument: &str) -> Self {
        self.counting.argument = Some(argument.to_owned());
        self
    }

    /// The same, for each requester alone rather than for all together. Whoever can act as many requesters
    /// has as many totals.
    #[must_use]
    pub fn per_requester(self) -> Self {
        Self { is_per_requester: true, ..self }
    }

    /// The same, as it will be once the call that is asked about has run too: if it is one of the action, it
    /// counts as those in the log do, and once, whether or not its request is among them. About calls of other
    /// actions the total is what it is without this.
    ///
    /// "At most 1000 euros an hour" is then one condition, and holds for every call:
    ///
    /// ```toml
    /// when = [{ field = "spend.hour_cents", gt = 100000 }]
    /// ```
    #[must_use]
    pub fn with_this_call(self) -> Self {
        Self { counts_this_call: true, ..self }
    }

    /// For how much the call that is asked about counts itself.
    fn own(&self, call: &Facts<'_>) -> i64 {
        let counts = self.counts_this_call && *call.action() == self.counting.action;
        if counts { self.counting.amount(|name| call.argument(name)) } else { 0 }
    }

    /// Reads what the log has by now. Call it when the program starts, so that no call waits for it.
    ///
    /// Dropping the future keeps what was read.
    ///
    /// # Errors
    ///
    /// What the ledger says, and [`LedgerError::Damaged`] at an event that cannot be read.
    pub async fn catch_up(&self) -> Result<(), LedgerError> {
        self.read(&mut *self.tally.lock().await).await
    }

    async fn read(&self, tally: &mut Tally) -> Result<(), LedgerError> {
        loop {
            let entries = self.ledger.entries(tally.next(), BATCH).await?;
            if entries.is_empty() {
                return Ok(());
            }
            entries.iter().try_for_each(|entry| tally.read(entry, &self.counting))?;
        }
    }
}

#[async_trait]
impl FactProvider for RunningTotal {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        let now = call.now();
        let mut tally = self.tally.lock().await;
        if tally.is_past(now) {
            *tally = Tally::default();
        }
        self.read(&mut tally).await.map_err(FactError::new)?;
        tally.forget(now, self.counting.window.max(CLOCKS));
        let requester = self.is_per_requester.then(|| call.requester().principal().id());
        let total = tally.total(now, requester, call.request()).saturating_add(self.own(call));
        Ok(FactSet::from([(self.fact.clone(), Fact::Int(total.min(MOST)))]))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "running_total_tests.rs"]
mod tests;
