//! What the policy judges by and the agent cannot write: where it runs, what a bucket holds, what an evaluation gave.

use std::time::Duration;

use approvals::{
    Attestation, Attestations, Clock as _, Fact, FactError, FactName, FactProvider, FactSet, Facts,
    LocalSigner, NameError, Signer as _, SystemClock,
};
use async_trait::async_trait;

use crate::Failure;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// In real life, of the deployment and of the calendar.
pub(crate) fn environment() -> Result<FactSet, NameError> {
    Ok(FactSet::from([
        ("env.name".parse()?, "prod".into()),
        ("env.change_window".parse()?, true.into()),
    ]))
}

/// What each bucket holds, as its owners have labelled it. A declared fact must be stated of every call, so of those
/// without a bucket as well; of a bucket that nobody has labelled nothing is known, and that denies.
#[derive(Debug)]
pub(crate) struct Labels;

#[async_trait]
impl FactProvider for Labels {
    async fn facts(&self, call: &Facts<'_>) -> Result<FactSet, FactError> {
        let labels: Fact = match call.argument("bucket").and_then(|bucket| bucket.as_str()) {
            Some("customers") => ["pii"].into(),
            Some("service-logs") | None => [].into(),
            Some(_) => return Err(FactError::new("nobody has labelled this bucket")),
        };
        Ok(FactSet::from([("resource.labels".parse().map_err(FactError::new)?, labels)]))
    }
}

/// What the evaluation system has signed: version 7 of the model has failed, version 8 has passed.
pub(crate) async fn evaluations() -> Result<Attestations, Failure> {
    let evaluator = LocalSigner::generate()?;
    let passed = Attestations::new("eval.passed", |call| {
        let argument = |name| call.argument(name).and_then(|value| value.as_str());
        Some(subject(argument("model")?, argument("version")?))
    })?
    .trust("eval.example", evaluator.public_key());
    let now = SystemClock::default().now();
    let (claim, tomorrow): (FactName, _) = ("eval.passed".parse()?, now.after(DAY));
    for (version, value) in [("7", false), ("8", true)] {
        let about = subject("fraud", version);
        let stated = Attestation::new("eval.example", &about, claim.clone(), value, now, tomorrow);
        passed.add(&stated.sign(&evaluator).await?)?;
    }
    Ok(passed)
}

/// Quoted: the agent chooses both, and no two of them must give one subject.
fn subject(model: &str, version: &str) -> String {
    format!("model {model:?} version {version:?}")
}
