//! A whole gate in memory, for one test.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use approvals_core::{
    Gate, GateBuilder, Keyring, Ledger as _, MemoryLedger, Obligation, Obligations, Policy,
    PolicyFn, Principal, Requester, Trail, Verdict,
};

use crate::clock::ManualClock;
use crate::mock::MockApprover;

/// A gate like any other, with nothing taken out: a policy, scripted [reviewers](MockApprover) in a directory, a
/// ledger in memory, fresh keys, and a clock that goes with tokio's. As long as it has had no scope, calls are those of the
/// agent `agent:test`; from the first [`Gate::scope`] on, calls outside of one are denied.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Denied, DynamicAction};
/// use approvals_testkit::{MockApprover, Ran, TestGate};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (reviewer, ran) = (MockApprover::approving(), Ran::default());
/// let gate = TestGate::asking(&reviewer).await;
///
/// let export = DynamicAction::from_json("s3.export", br#"{"rows": 412}"#)?;
/// let rows = gate.run(export, async |_permit, _export| {
///     ran.now();
///     Ok::<_, Denied>(412)
/// });
/// assert_eq!(rows.await?, 412);
///
/// ran.assert_ran_once();
/// assert_eq!(reviewer.card().document().arguments["rows"], 412);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct TestGate {
    gate: Gate,
    ledger: Arc<MemoryLedger>,
}

impl TestGate {
    /// Asks everybody behind `reviewers` about everything, and runs what all of them approve within a minute.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new) does.
    #[expect(clippy::expect_used, reason = "these names are valid")]
    pub async fn asking(reviewers: &MockApprover) -> Self {
        let count = u32::try_from(reviewers.count()).unwrap_or(u32::MAX);
        let everybody = Obligation::new("everybody").expect("this is a name");
        let everybody = everybody.seats(EVERYBODY, count).expect("this is a group");
        // Under a paused clock a minute takes a tenth of a second, and half an hour takes some.
        let everybody = Obligations::new([everybody.approve_within(Duration::from_secs(60))]);
        let policy = PolicyFn::new("asks-everybody/1", move |_| Verdict::Review(everybody.clone()));
        let policy = policy.expect("this is a name");
        Self::put_together(policy, reviewers, &[EVERYBODY], |gate, _ledger| gate).await
    }

    /// Does what `policy` says; `reviewers` are the only people there are.
    ///
    /// # Panics
    ///
    /// If somebody behind `reviewers` has a name or a group that nobody can have, or there is no randomness for
    /// keys.
    pub async fn new(policy: impl Policy + 'static, reviewers: &MockApprover) -> Self {
        Self::with(policy, reviewers, |gate, _ledger| gate).await
    }

    /// The same, with whatever `change` does to it: it is given the builder, with everything in place, and the
    /// ledger, for those who want to put another in front of it.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Denied, DynamicAction, PolicyFn, Verdict};
    /// use approvals_testkit::{FaultyLedger, MockApprover, Ran, TestGate};
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let policy = PolicyFn::new("lax/1", |_| Verdict::Allow)?;
    /// let (reviewer, is_away) = (MockApprover::approving(), Arc::new(AtomicBool::new(false)));
    /// let gate = TestGate::with(policy, &reviewer, |gate, ledger| {
    ///     gate.ledger(FaultyLedger::failing_while(ledger, &is_away))
    /// })
    /// .await;
    /// is_away.store(true, Ordering::SeqCst);
    ///
    /// let ran = Ran::default();
    /// let read = DynamicAction::from_json("db.read", b"{}")?;
    /// let denied = gate.run(read, async |_, _| {
    ///     ran.now();
    ///     Ok::<(), Denied>(())
    /// });
    /// assert!(matches!(denied.await, Err(Denied::Unavailable { .. })));
    /// ran.assert_never_ran();
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new) does; if `change` takes a part away, or puts a ledger in that does not come down to
    /// the one that it was given.
    pub async fn with(
        policy: impl Policy + 'static,
        reviewers: &MockApprover,
        change: impl FnOnce(GateBuilder, Arc<MemoryLedger>) -> GateBuilder,
    ) -> Self {
        Self::put_together(policy, reviewers, &[], change).await
    }

    #[expect(clippy::expect_used, reason = "a test without its gate fails")]
    async fn put_together(
        policy: impl Policy + 'static,
        reviewers: &MockApprover,
        groups: &[&str],
        change: impl FnOnce(GateBuilder, Arc<MemoryLedger>) -> GateBuilder,
    ) -> Self {
        let keys = Keyring::generate().expect("there is randomness");
        let ledger = MemoryLedger::new(ORIGIN, keys.log).await.expect("memory can be written");
        let ledger = Arc::new(ledger);
        let people = reviewers.people_and(groups).expect("the reviewers have valid names");
        let agent = Principal::agent("agent:test").expect("this is a name");
        let gate = Gate::builder()
            .policy(policy)
            .ledger(Arc::clone(&ledger))
            .directory(people)
            .approver(reviewers.clone())
            .recorder_key(keys.recorder)
            .grant_key(keys.grant)
            .clock(ManualClock::default())
            .requester(Requester::new(agent));
        let gate = change(gate, Arc::clone(&ledger)).build().await.expect("the gate is complete");
        let this = Self { gate, ledger };
        // A gate begins by writing its keys.
        let size = this.ledger.head().await.expect("memory can be read").checkpoint.size();
        assert!(size > 0, "this gate writes into another ledger than the one that it was given");
        this
    }

    /// Everything that the ledger has, checked as a stranger would.
    ///
    /// # Panics
    ///
    /// If something in it does not hold.
    #[expect(clippy::expect_used, clippy::panic, reason = "a log that does not hold fails a test")]
    pub async fn trail(&self) -> Trail {
        let mut trail = Trail::new(ORIGIN);
        let entries = self.ledger.entries(0, usize::MAX).await.expect("memory can be read");
        for entry in entries {
            trail.read(&entry).unwrap_or_else(|error| panic!("the log does not hold: {error}"));
        }
        trail
    }

    /// `action` was asked for, and no body of it has ever been about to run: the whole log holds and has no
    /// such event. That stays true of a body that was dropped, or panicked before its first line.
    ///
    /// # Panics
    ///
    /// If one has; and if no such action was asked for, since then nothing would be shown by this, but that a
    /// name is misspelt or the call never reached this gate.
    pub async fn assert_never_started(&self, action: &str) {
        let trail = self.trail().await;
        let mut was_asked_for = false;
        for (request, state) in trail.states() {
            let name = trail.document(request).map(|document| document.action.as_str());
            if name == Some(action) {
                was_asked_for = true;
                let started = state.started();
                assert!(started.is_none(), "`{action}` was started, as request {request}");
            }
        }
        assert!(was_asked_for, "`{action}` was never asked for at this gate, so it is not known");
    }
}

impl Deref for TestGate {
    type Target = Gate;

    fn deref(&self) -> &Gate {
        &self.gate
    }
}

impl AsRef<Gate> for TestGate {
    fn as_ref(&self) -> &Gate {
        &self.gate
    }
}

const ORIGIN: &str = "example.org/test";

/// The group of everybody behind the reviewers.
const EVERYBODY: &str = "reviewers";
