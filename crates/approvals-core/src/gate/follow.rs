//! Follows a policy file, and takes over what it says once it loads and people agree.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::builder::{Core, Gate};
use super::chain::chain;
use super::denied::Denied;
use super::policy_file::{parse, read};
use crate::action::describe_error::DescribeError;
use crate::action::principal::{Principal, Requester};
use crate::policy::policy::Policy as _;
use crate::policy::rules::Rules;

/// How often it is looked what the file says. Only what two looks in a row agree on counts: what is still being
/// written does not rule.
const EVERY: Duration = Duration::from_secs(2);

/// The longest that is waited before what failed is tried again.
const LONGEST: Duration = Duration::from_secs(60);

impl Core {
    /// Follows the file for as long as the gate is there.
    pub(super) fn follow(self: &Arc<Self>, path: PathBuf) {
        let core = Arc::downgrade(self);
        tokio::spawn(follow(core, path));
    }
}

async fn follow(core: Weak<Core>, path: PathBuf) {
    let (mut last, mut followed, mut wanted) = (None, None, None::<Wanted>);
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(core) = core.upgrade() else { return };
        let found = read(&path).await;
        if last.as_ref() == Some(&found) && followed != last {
            let rules = found.as_deref().map_err(Clone::clone).and_then(parse);
            // What was wanted before is dropped, and with it what people are asked about it.
            wanted = rules.map(Wanted::new).map_err(|problem| report(&path, &problem)).ok();
            followed.clone_from(&last);
        }
        last = Some(found);
        if let Some(wanted) = &mut wanted
            && let Err(problem) = wanted.go_on(&core).await
        {
            report(&path, &problem);
        }
    }
}

fn report(path: &Path, problem: &str) {
    let path = path.display();
    tracing::error!(%path, problem, "the policy file is not taken over; the last good policy stays");
}

/// The rules in the file, on their way to rule here.
#[derive(Debug)]
struct Wanted {
    rules: Arc<Rules>,
    /// Whether people have answered, or it has ruled here: they are not asked (again).
    settled: bool,
    /// Asks people, and takes over what they agree to. It ends with this.
    asking: JoinSet<Result<(), Denied>>,
    asked: Option<Instant>,
    pause: Duration,
}

impl Wanted {
    fn new(rules: Rules) -> Self {
        let (rules, asking) = (Arc::new(rules), JoinSet::new());
        Self { rules, settled: false, asking, asked: None, pause: EVERY }
    }

    /// Takes over what is in force by now, whoever has brought that about; otherwise asks for it, once.
    ///
    /// # Errors
    ///
    /// Why it does not rule.
    async fn go_on(&mut self, core: &Arc<Core>) -> Result<(), String> {
        let digest = self.rules.digest();
        if core.policy().digest() == digest {
            // (One look later than it was taken over, so an act of ours that did it has ended by itself.)
            self.asking.abort_all();
            self.settled = true;
            return Ok(());
        }
        let control = core.look_at_log().await.map_err(|error| chain(&error))?;
        if control.policy().is_some_and(|in_force| in_force.digest == digest) {
            core.set_policy(Arc::<Rules>::clone(&self.rules));
            return Ok(());
        }
        if let Some(ended) = self.asking.try_join_next() {
            let denied = match ended.map_err(|panicked| chain(&panicked))? {
                Ok(()) => return Ok(()),
                Err(denied) => denied,
            };
            self.settled = is_answer(&denied);
            return Err(chain(&denied));
        }
        let is_early = self.asked.is_some_and(|at| at.elapsed() < self.pause);
        if !self.settled && !is_early && self.asking.is_empty() {
            self.asked = Some(Instant::now());
            self.pause = self.pause.saturating_mul(2).min(LONGEST);
            self.asking.spawn(take_over(Arc::clone(core), Arc::clone(&self.rules)));
        }
        Ok(())
    }
}

/// Whether asking for the same again would only be a nuisance. All else passes: a ledger comes back.
fn is_answer(denied: &Denied) -> bool {
    matches!(denied, Denied::Rejected { .. } | Denied::Expired | Denied::ByPolicy { .. })
}

/// Replaces the policy by the one in the file, with people's consent where the policy asks for that.
async fn take_over(core: Arc<Core>, rules: Arc<Rules>) -> Result<(), Denied> {
    let file = Principal::service("approvals:policy-file").map_err(DescribeError::from)?;
    let requester = Requester::new(file);
    Gate::of(core).replace_policy_as(requester, rules, "the policy file has changed").await
}
