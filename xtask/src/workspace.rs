//! Where things are.

use std::path::{Path, PathBuf};

/// The checkout that this program was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Cargo's target directory, and ours for tools.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Finds the checkout at the place it had when this program was compiled.
    pub(crate) fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap_or(manifest).to_owned();
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .and_then(|dir| std::path::absolute(dir).ok())
            .unwrap_or_else(|| root.join("target"));
        Self { root, target }
    }

    /// Where tools of the given name are kept.
    pub(crate) fn tool_dir(&self, name: &str) -> PathBuf {
        self.target.join("tools").join(name)
    }
}
