//! Nothing in the repository belongs to one machine: no path of a developer's disk, no package registry of its own.

use crate::tree::{File, Problem, has_extension};

/// Folders of one machine; written without the slash in front, so that this file does not hold them.
const FOLDERS: [&str; 6] = ["work/", "farm/", "root/", "tmp/", "home/", "Users/"];

/// Hosts of registries; written in halves.
const HOSTS: [&str; 6] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("files.", "pythonhosted.org"),
    concat!("pypi.org", "/simple"),
    concat!("\"resolved\": ", "\"http"),
];

/// The one source of a lock file: the name that cargo gives to the public registry, wherever it really is.
const PUBLIC: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let lines = files
        .iter()
        .flat_map(|file| file.text.lines().zip(1..).map(move |(line, at)| (file, line, at)));
    lines
        .filter_map(|(file, line, at)| wrong(&file.path, line).map(|what| file.problem(at, what)))
        .collect()
}

fn wrong(path: &str, line: &str) -> Option<String> {
    if let Some(folder) = FOLDERS.iter().find(|folder| names_folder(line, folder)) {
        return Some(format!("names `/{folder}`, a place of one machine"));
    }
    if let Some(host) = HOSTS.iter().find(|host| line.contains(*host)) {
        return Some(format!("names `{host}`; which registry to use is for each machine to say"));
    }
    let chooses = match path {
        "Cargo.lock" => line.starts_with("source = ") && line != PUBLIC,
        ".cargo/config.toml" => line.starts_with("[source") || line.starts_with("[registr"),
        _ => has_extension(path, "txt") && (line.contains("index-url") || line.contains(" @ http")),
    };
    chooses.then(|| "chooses a registry; that is for each machine to say".to_owned())
}

/// Whether the line holds the folder as the start of a path, not as the middle of another one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let mut before = line.get(..at).unwrap_or_default().chars().rev();
        before.next() == Some('/')
            && before.next().is_none_or(|c| {
                !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '/' | '}' | '*' | '$')
            })
    })
}

#[test]
fn places_of_one_machine_are_found() {
    for folder in FOLDERS {
        for planted in
            [format!("cd /{folder}x"), format!("/{folder}x"), format!("path = \"/{folder}x\"")]
        {
            assert_eq!(check(&[File::new("a.md", planted.as_str())]).len(), 1, "{planted}");
        }
    }
    for fine in [
        "https://example.org/home/x",
        "target/tmp/x",
        "$HOME/work/x",
        "./root/x",
        "s3://tmp/x",
        "framework/x",
    ] {
        assert_eq!(check(&[File::new("a.md", fine)]).len(), 0, "{fine}");
    }
}

#[test]
fn registries_of_ones_own_are_found() {
    for host in HOSTS {
        assert_eq!(check(&[File::new("a.md", format!("see {host}/x"))]).len(), 1, "{host}");
    }
    let lock = |source: &str| check(&[File::new("Cargo.lock", source)]).len();
    assert_eq!((lock(PUBLIC), lock("source = \"git+https://example.org/x\"")), (0, 1));
    assert_eq!(check(&[File::new(".cargo/config.toml", "[source.crates-io]")]).len(), 1);
    assert_eq!(
        check(&[File::new("interop/requirements.txt", "--index-url https://example.org")]).len(),
        1
    );
}
