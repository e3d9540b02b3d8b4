//! A policy in a file.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::action::digest::Digest;
use crate::policy::facts::Facts;
use crate::policy::policy::{Policy, PolicyError, Ruling, Verdict};
use crate::policy::rules::Rules;
use crate::record::opened::open_regular;

/// The most that is read of a file; one that is longer does not load.
const MOST: u64 = 1024 * 1024 + 1;

/// Stands in for a policy that could not be loaded: it denies everything.
#[derive(Debug)]
struct NoPolicy;

impl Policy for NoPolicy {
    fn digest(&self) -> Digest {
        Digest::of("policy", b"")
    }

    fn rule(&self, _facts: &Facts<'_>) -> Result<Ruling, PolicyError> {
        let reason = "its policy does not load; an operator has to mend it".to_owned();
        Ok(Ruling::new(Verdict::Deny(reason), Vec::new(), self.digest()))
    }
}

/// The policy in the file at `path`; one that denies everything if that cannot be loaded.
pub(super) async fn load(path: &Path) -> Arc<dyn Policy> {
    match read(path).await.and_then(|text| parse(&text)) {
        Ok(rules) => Arc::new(rules),
        Err(problem) => {
            let problem = format!("the policy `{}` does not load: {problem}", path.display());
            tracing::error!(problem, "there is no policy, so everything is denied");
            Arc::new(NoPolicy)
        }
    }
}

pub(super) async fn read(path: &Path) -> Result<String, String> {
    let path = path.to_owned();
    let read = move || {
        let mut text = String::new();
        open_regular(&path)?.take(MOST).read_to_string(&mut text)?;
        Ok::<_, std::io::Error>(text)
    };
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?;
    read.map_err(|error| error.to_string())
}

pub(super) fn parse(text: &str) -> Result<Rules, String> {
    text.parse().map_err(|error: crate::RulesError| error.to_string())
}
