//! Follows a policy file, and takes over what it says once it loads and people agree.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::builder::{Core, Gate};
use super::chain::chain;
use super::denied::Denied;
use super::policy_file::{parse, read};
use crate::action::principal::{Principal, Requester};
use crate::policy::policy::Policy as _;
use crate::policy::rules::Rules;

/// How often it is looked whether the file has changed.
const EVERY: Duration = Duration::from_secs(2);

impl Core {
    /// Follows the file for as long as the gate is there.
    pub(super) fn follow(self: &Arc<Self>, path: PathBuf) {
        let core = Arc::downgrade(self);
        tokio::spawn(follow(core, path));
    }
}

async fn follow(core: Weak<Core>, path: PathBuf) {
    let mut seen = None;
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(core) = core.upgrade() else { return };
        let found = read(&path).await;
        if seen.as_ref() == Some(&found) {
            continue;
        }
        let taken = match found.as_deref().map_err(Clone::clone).and_then(parse) {
            Ok(rules) => core.take_over(rules).await.map_err(|denied| chain(&denied)),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = taken {
            let path = path.display();
            tracing::error!(%path, problem, "the policy file is not taken over; the last good policy stays");
        }
        seen = Some(found);
    }
}

impl Core {
    /// Replaces the policy by the one in the file, with people's consent where the policy asks for that.
    async fn take_over(self: &Arc<Self>, rules: Rules) -> Result<(), Denied> {
        if rules.digest() == self.policy().digest() {
            return Ok(());
        }
        let file =
            Principal::service("approvals:policy-file").map_err(crate::DescribeError::from)?;
        let gate = Gate::of(Arc::clone(self));
        gate.replace_policy_as(Requester::new(file), Arc::new(rules), "the policy file has changed")
            .await
    }
}
