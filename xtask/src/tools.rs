//! Tools that are not Rust's own: found, or fetched from where they are published.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// The version whose rules `deny.toml` is written for.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<PathBuf, Stop> {
    cargo_tool(workspace, "cargo-deny", "0.20.2", "--version")
}

/// The version whose names `.cargo/mutants.toml` is written for.
pub(crate) fn cargo_mutants(workspace: &Workspace) -> Result<PathBuf, Stop> {
    cargo_tool(workspace, "cargo-mutants", "27.1.0", "mutants --version")
}

/// A rust-analyzer of any version. The one that is built is published as a library, and is of a version that this
/// Rust builds.
pub(crate) fn rust_analyzer(workspace: &Workspace) -> Result<PathBuf, Stop> {
    let name = "rust-analyzer";
    let answers =
        |program: &PathBuf| Program::new(workspace, program).words("--version").answer().is_some();
    let ours = workspace.tool_dir(name).join("bin").join(name);
    match [ours, PathBuf::from(name)].into_iter().find(answers) {
        Some(found) => Ok(found),
        None => build(workspace, name, "ra_ap_rust-analyzer", "0.0.330"),
    }
}

/// A program of exactly this version, which it tells when it is asked so; built once, under the target directory.
fn cargo_tool(
    workspace: &Workspace,
    name: &str,
    version: &str,
    ask: &str,
) -> Result<PathBuf, Stop> {
    let ours = workspace.tool_dir(name).join("bin").join(name);
    let wanted = format!("{name} {version}");
    let answers = |program: &PathBuf| {
        Program::new(workspace, program).words(ask).answer().as_ref() == Some(&wanted)
    };
    match [ours, PathBuf::from(name)].into_iter().find(answers) {
        Some(found) => Ok(found),
        None => build(workspace, name, name, version),
    }
}

/// Builds the program `name` of a package, without optimization: that takes a third of the time, and what it does
/// itself is little.
fn build(workspace: &Workspace, name: &str, package: &str, version: &str) -> Result<PathBuf, Stop> {
    let home = workspace.tool_dir(name);
    let build = home.join("build");
    Program::cargo(workspace)
        .words("install --locked --force")
        .arg(package)
        .words("--version")
        .arg(version)
        .arg("--root")
        .arg(&home)
        .arg("--target-dir")
        .arg(&build)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .run()?;
    // Some hundred megabytes that nobody needs again.
    fs::remove_dir_all(&build).map_err(|error| {
        Stop::Failed(format!("`{}` cannot be removed: {error}", build.display()))
    })?;
    Ok(home.join("bin").join(name))
}

/// The folder with a `python3` that has what `interop/requirements.txt` names.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf, Stop> {
    let requirements = workspace.root.join("interop").join("requirements.txt");
    let wanted = fs::read_to_string(&requirements).map_err(|error| {
        Stop::Failed(format!("`{}` cannot be read: {error}", requirements.display()))
    })?;
    let home = workspace.tool_dir("python");
    let bin = home.join("bin");
    let installed = home.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|done| done == wanted) {
        return Ok(bin);
    }
    if Program::new(workspace, "python3")
        .words("-c")
        .arg("import ensurepip, venv")
        .answer()
        .is_none()
    {
        apt_install(workspace, "python3 python3-venv")?;
    }
    Program::new(workspace, "python3").words("-m venv --clear").arg(&home).run()?;
    Program::new(workspace, bin.join("python3"))
        .words("-m pip install --quiet -r")
        .arg(&requirements)
        .run()?;
    fs::write(&installed, wanted).map_err(|error| {
        Stop::Failed(format!("`{}` cannot be written: {error}", installed.display()))
    })?;
    Ok(bin)
}

/// The folder with what the `package-lock.json` in that folder of `interop` names.
pub(crate) fn node_packages(workspace: &Workspace, name: &str) -> Result<PathBuf, Stop> {
    let ours = workspace.root.join("interop").join(name);
    let home = workspace.tool_dir(name);
    let (lock, installed) = (ours.join("package-lock.json"), home.join("installed.txt"));
    let failed = |error| Stop::Failed(format!("`{}` cannot be made: {error}", home.display()));
    let wanted = fs::read_to_string(lock).map_err(failed)?;
    if fs::read_to_string(&installed).is_ok_and(|done| done == wanted) {
        return Ok(home);
    }
    on_path(workspace, "node", "nodejs")?;
    on_path(workspace, "npm", "npm")?;
    fs::create_dir_all(&home).map_err(failed)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(ours.join(name), home.join(name)).map_err(failed)?;
    }
    // No package has to run anything to be installed.
    Program::new(workspace, "npm")
        .words("ci --ignore-scripts --no-audit --no-fund --prefix")
        .arg(&home)
        .run()?;
    fs::write(&installed, wanted).map_err(failed)?;
    Ok(home)
}

/// Chromium, by whatever name it is here.
pub(crate) fn chromium(workspace: &Workspace) -> Result<PathBuf, Stop> {
    let found = || {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let mut places = names.iter().flat_map(|name| folders.iter().map(move |it| it.join(name)));
        places.find(|place| place.is_file())
    };
    if let Some(browser) = found() {
        return Ok(browser);
    }
    apt_install(workspace, "chromium")?;
    found().ok_or_else(|| Stop::Failed("`chromium` is installed, and not in PATH".to_owned()))
}

/// The folder with the source of a published crate, of which nothing is built.
pub(crate) fn crate_source(
    workspace: &Workspace,
    name: &str,
    version: &str,
) -> Result<PathBuf, Stop> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).unwrap_or_default();
    let sources = home.join("registry").join("src");
    let found = || {
        let registries = fs::read_dir(&sources).ok()?.flatten();
        let mut places = registries.map(|it| it.path().join(format!("{name}-{version}")));
        places.find(|place| place.join("Cargo.toml").is_file())
    };
    if let Some(source) = found() {
        return Ok(source);
    }
    // To tell of a package, cargo fetches and unpacks it.
    Program::cargo(workspace).words("info --quiet").arg(format!("{name}@{version}")).run()?;
    found().ok_or_else(|| {
        Stop::Missing(format!("`{name}` {version} is not below `{}`", sources.display()))
    })
}

/// The `openssl` program.
pub(crate) fn openssl(workspace: &Workspace) -> Result<(), Stop> {
    if Program::new(workspace, "openssl").words("version").answer().is_some() {
        return Ok(());
    }
    apt_install(workspace, "openssl")
}

/// A program that answers to `--version`, or the Debian package that brings it.
pub(crate) fn on_path(workspace: &Workspace, program: &str, package: &str) -> Result<(), Stop> {
    if Program::new(workspace, program).words("--version").answer().is_some() {
        return Ok(());
    }
    apt_install(workspace, package)
}

/// Installs Debian packages where that is possible without asking anybody: as root, with apt-get.
fn apt_install(workspace: &Workspace, packages: &str) -> Result<(), Stop> {
    let is_root = Program::new(workspace, "id").words("-u").answer().as_deref() == Some("0");
    if !is_root || Program::new(workspace, "apt-get").words("--version").answer().is_none() {
        return Err(Stop::Missing(format!(
            "install the Debian packages `{packages}` or what brings the same"
        )));
    }
    let apt = |words: &str| {
        Program::new(workspace, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").words(words)
    };
    apt("update").run()?;
    apt("install --yes --no-install-recommends").words(packages).run()
}
