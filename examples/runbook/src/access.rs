//! Rules of access are changed. An administrator looks at what they say, and one of them is too wide.

use std::fs;
use std::path::Path;

use approvals::requires_approval;

use crate::{Failure, tell};

#[requires_approval(
    action = "iam.update",
    resource = "iam/{principal}",
    summary = "Let {principal} {policy}",
    skip(file)
)]
async fn change_rule(file: &Path, principal: &str, policy: &str) -> Result<String, Failure> {
    fs::write(file, format!("{principal}: {policy}\n"))?;
    Ok(format!("the rule of {principal} says {policy:?}"))
}

pub(crate) async fn play(folder: &Path) -> Result<(), Failure> {
    let file = folder.join("access.rules");
    let narrow = change_rule(&file, "bot:support", "read tickets");
    assert!(tell("The support bot reads nothing: let it read tickets.", narrow).await);
    let wide = change_rule(&file, "bot:support", "allow *");
    assert!(!tell("It still fails: let it do everything.", wide).await);
    assert_eq!(fs::read_to_string(&file)?, "bot:support: read tickets\n");
    Ok(())
}
