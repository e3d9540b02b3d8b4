//! The map of the crates: each depends only on those below it, and no backend on another.

use crate::manifest::{Entry, entries};
use crate::tree::{File, Problem};

/// A crate, what it may stand on, and what its tests may use besides. Whoever is not here has no place yet.
const CRATES: &[(&str, &[&str], &[&str])] = &[
    ("approvals-log", &[], &[]),
    ("approvals-core", &["approvals-log"], &[]),
    ("approvals-macros", &[], &[]),
    ("approvals-testkit", &["approvals-core", "approvals-log"], &[]),
    ("approvals-cedar", &["approvals-core"], &["approvals-testkit"]),
    ("approvals-chat", &["approvals-core"], &[]),
    (
        "approvals-slack",
        &["approvals-chat", "approvals-core"],
        &["any-card", "approvals-testkit", "chat-bench", "fake-slack"],
    ),
    ("approvals-http", &["approvals-core", "approvals-log"], &["any-card", "approvals-testkit"]),
    ("approvals-remote", &["approvals-core"], &["approvals-http", "approvals-testkit"]),
    ("approvals-sqlite", &["approvals-core", "approvals-log"], &["approvals-testkit"]),
    (
        "approvals-teams",
        &["approvals-chat", "approvals-core"],
        &["any-card", "approvals-testkit", "chat-bench", "fake-teams"],
    ),
    ("approvals-terminal", &["approvals-core", "approvals-log"], &["approvals-testkit"]),
    ("approvals-tools", &["approvals-core"], &["approvals-testkit"]),
    (
        "approvals-cli",
        &[
            "approvals-core",
            "approvals-http",
            "approvals-log",
            "approvals-slack",
            "approvals-sqlite",
            "approvals-teams",
        ],
        &["approvals-testkit", "fake-slack", "fake-teams"],
    ),
    (
        "action-approvals",
        &[
            "approvals-cedar",
            "approvals-core",
            "approvals-log",
            "approvals-macros",
            "approvals-remote",
            "approvals-slack",
            "approvals-sqlite",
            "approvals-teams",
            "approvals-terminal",
            "approvals-tools",
        ],
        &["action-approvals", "approvals-testkit", "fake-slack", "fake-teams"],
    ),
    ("any-card", &["approvals-core", "approvals-testkit"], &[]),
    ("chat-bench", &["approvals-core", "approvals-testkit"], &[]),
    ("fake-slack", &["fake-wire"], &[]),
    ("fake-teams", &["fake-wire"], &[]),
    ("fake-wire", &[], &[]),
    // `approvals` is the facade, by the name that its users give it.
    ("approvals-rmcp", &["approvals-core"], &["approvals", "approvals-testkit"]),
    ("approvals-rig", &["approvals-core"], &["action-approvals", "approvals-testkit"]),
    ("rmcp-server", &["approvals", "approvals-rmcp"], &[]),
    ("runbook", &["approvals"], &[]),
    ("xtask", &[], &[]),
];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let is_outside =
        |path: &str| path.starts_with("integrations/") && path.ends_with("/Cargo.toml");
    let manifests = files.iter().filter(|file| is_member(&file.path) || is_outside(&file.path));
    manifests.flat_map(edges).collect()
}

/// The manifests of the workspace: the root, `crates/*`, `examples/*`, and `xtask`.
pub(crate) fn is_member(path: &str) -> bool {
    let folder = path.strip_suffix("Cargo.toml").unwrap_or("/");
    let inside = ["crates/", "examples/"]
        .iter()
        .find_map(|parent| folder.strip_prefix(parent)?.strip_suffix('/'));
    folder.is_empty() || folder == "xtask/" || inside.is_some_and(|name| !name.contains('/'))
}

fn edges(file: &File) -> Vec<Problem> {
    let entries = entries(&file.text);
    let name = entries
        .iter()
        .find(|entry| entry.table == "package" && entry.key == "name")
        .map_or("", |entry| entry.value.trim_matches('"'));
    let Some((_, may, tests_may)) = CRATES.iter().find(|(known, ..)| *known == name) else {
        return vec![file.problem(1, format!("`{name}` has no row in `tests/tidy/edges.rs`"))];
    };
    let is_allowed = |entry: &Entry<'_>| {
        let is_test = entry.table.ends_with("dev-dependencies");
        may.contains(&entry.name()) || (is_test && tests_may.contains(&entry.name()))
    };
    entries
        .iter()
        .filter(|entry| is_edge(entry) && !is_allowed(entry))
        .map(|entry| {
            file.problem(entry.line, format!("`{name}` may not depend on `{}`", entry.name()))
        })
        .collect()
}

/// A dependency of a crate on a crate of ours.
fn is_edge(entry: &Entry<'_>) -> bool {
    let is_ours = |name: &str| {
        name.starts_with("approvals") || CRATES.iter().any(|(known, ..)| *known == name)
    };
    entry.table.ends_with("dependencies")
        && entry.table != "workspace.dependencies"
        && is_ours(entry.name())
}

#[test]
fn an_edge_that_is_not_on_the_map_is_found() {
    let planted = |name: &str, lines: &str| {
        let text = format!("[package]\nname = \"{name}\"\n\n{lines}\n");
        check(&[File::new(&format!("crates/{name}/Cargo.toml"), text)]).len()
    };
    assert_eq!(planted("approvals-sqlite", "[dependencies]\napprovals-core.workspace = true"), 0);
    assert_eq!(
        planted("approvals-sqlite", "[dev-dependencies]\napprovals-testkit.workspace = true"),
        0
    );
    for (name, lines) in [
        ("approvals-sqlite", "[dependencies]\napprovals-terminal.workspace = true"),
        ("approvals-sqlite", "[dependencies]\napprovals-testkit.workspace = true"),
        ("approvals-sqlite", "[target.'cfg(unix)'.dependencies]\napprovals-cli.workspace = true"),
        ("approvals-log", "[dependencies.approvals-core]\nworkspace = true"),
        (
            "approvals-log",
            "[build-dependencies]\nx = { path = \"../x\", package = \"approvals-core\" }",
        ),
        (
            "approvals-core",
            "[dependencies]\napprovals = { path = \"../..\", package = \"action-approvals\" }",
        ),
        ("approvals-new", ""),
    ] {
        assert_eq!(planted(name, lines), 1, "{name}: {lines}");
    }
}
