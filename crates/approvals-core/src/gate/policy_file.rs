//! A policy in a file, which is read again when it changes.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::builder::{Core, Gate};
use super::chain::chain;
use super::denied::Denied;
use crate::action::digest::Digest;
use crate::action::principal::{Principal, Requester};
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::policy::rules::Rules;

/// How often it is looked whether the file has changed.
const EVERY: Duration = Duration::from_secs(2);

/// The most that is read of a file; one that is longer does not load.
const MOST: u64 = 1024 * 1024 + 1;

/// Stands in for a policy that could not be loaded: it denies everything.
#[derive(Debug)]
struct NoPolicy(String);

impl Policy for NoPolicy {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"")
    }

    fn rule(&self, _facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        Ok(Ruling::new(Verdict::Deny(self.0.clone()), Vec::new(), self.digest()))
    }
}

/// The policy in the file at `path`; one that denies everything if that cannot be loaded.
pub(super) async fn load(path: &Path) -> Arc<dyn Policy> {
    match read(path).await.and_then(|text| parse(&text)) {
        Ok(rules) => Arc::new(rules),
        Err(problem) => {
            let problem = format!("the policy `{}` does not load: {problem}", path.display());
            tracing::error!(problem, "there is no policy, so everything is denied");
            Arc::new(NoPolicy(problem))
        }
    }
}

async fn read(path: &Path) -> Result<String, String> {
    let path = path.to_owned();
    let read = move || {
        let mut text = String::new();
        std::fs::File::open(path)?.take(MOST).read_to_string(&mut text)?;
        Ok::<_, std::io::Error>(text)
    };
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?;
    read.map_err(|error| error.to_string())
}

fn parse(text: &str) -> Result<Rules, String> {
    text.parse().map_err(|error: crate::RulesError| error.to_string())
}

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
