//! Has rustdoc describe crates as JSON.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The format is for nightly only. The toolchain is pinned, so it cannot change under us, and rustdoc may be told to
/// give it. Only rustdoc: were all of cargo told, every crate whose build script asks would be built anew.
const WRAPPER: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n";

const AS_JSON: [&str; 4] = ["-Z", "unstable-options", "--output-format", "json"];

/// The description of each crate of the workspace, in the order asked for.
pub(crate) fn workspace(crates: &[&str]) -> Result<Vec<Value>, Box<dyn Error>> {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = temporary.parent().ok_or("no target directory")?;
    run(Command::new(env!("CARGO"))
        .args(["doc", "--workspace", "--lib", "--no-deps", "--locked", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUSTDOC", wrapper("rustdoc-workspace")?)
        .env("RUSTDOCFLAGS", AS_JSON.join(" "))
        .env_remove("CARGO_ENCODED_RUSTDOCFLAGS"))?;
    // The facade's package and library have different names.
    let libraries = crates.iter().map(|name| name.trim_start_matches("action-").replace('-', "_"));
    libraries.map(|library| read(&target.join("doc"), &library)).collect()
}

/// The description of one crate with this source.
pub(crate) fn source(name: &str, text: &str) -> Result<Value, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(name).with_extension("rs");
    fs::write(&path, text)?;
    run(Command::new(wrapper("rustdoc-source")?)
        .args(AS_JSON)
        .args(["--edition", "2024", "--out-dir"])
        .arg(folder)
        .arg(path))?;
    read(folder, name)
}

/// Each user has a wrapper of its own: one that is being written cannot be run.
fn wrapper(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, WRAPPER)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output()?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

fn read(folder: &Path, library: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_str(&fs::read_to_string(folder.join(library).with_extension("json"))?)?)
}
