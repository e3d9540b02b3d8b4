//! A model is deployed. Where its evaluation has not passed nobody is asked, and a lead cannot help it through.

use std::fs;
use std::path::Path;

use approvals::requires_approval;

use crate::{Failure, tell};

#[requires_approval(
    action = "model.deploy",
    resource = "model/{model}",
    summary = "Deploy {model}, version {version}",
    skip(serving)
)]
async fn deploy(serving: &Path, model: &str, version: &str) -> Result<String, Failure> {
    fs::write(serving, format!("{model} {version}"))?;
    Ok(format!("version {version} of {model} is serving"))
}

pub(crate) async fn play(folder: &Path) -> Result<(), Failure> {
    let serving = folder.join("serving");
    let failed = deploy(&serving, "fraud", "7");
    assert!(!tell("A new fraud model is ready: deploy it.", failed).await);
    assert!(!serving.exists());
    let passed = deploy(&serving, "fraud", "8");
    assert!(tell("Its successor has passed: deploy that.", passed).await);
    assert_eq!(fs::read_to_string(&serving)?, "fraud 8");
    Ok(())
}
