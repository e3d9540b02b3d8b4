//! The features of the facade add up: each builds alone.

use std::fs;

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// Builds the facade with no feature, then with each one alone.
///
/// With clippy rather than `check`: an import that is unused under one feature is an error too.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    let manifest = workspace.root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| {
        Stop::Failed(format!("`{}` cannot be read: {error}", manifest.display()))
    })?;
    let features = names(&text);
    if features.is_empty() {
        return Err(Stop::Failed("no feature found in the root manifest".into()));
    }
    facade(workspace, &[])?;
    features.iter().try_for_each(|feature| facade(workspace, &["--features", feature]))
}

fn facade(workspace: &Workspace, features: &[&str]) -> Result<(), Stop> {
    let mut cargo = Program::cargo(workspace)
        .words("clippy --package action-approvals --lib --locked --no-default-features");
    for word in features {
        cargo = cargo.arg(word);
    }
    cargo.words("-- -D warnings").run()
}

/// The names under `[features]`, without `default`.
fn names(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
        .filter(|name| *name != "default")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_but_the_default_is_found() {
        let manifest = "[package]\nname = \"x\"\n\n[features]\ndefault = [\"one\"]\n# a = \"comment\"\none = []\n\
                        two-three = [\"dep:x\"]\n\n[dependencies]\nserde = \"1\"\n";
        assert_eq!(names(manifest), ["one", "two-three"]);
        assert!(names("[package]\nname = \"x\"\n").is_empty());
    }
}
