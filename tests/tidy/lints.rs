//! Every crate stands behind the one lint wall of the workspace.

use crate::edges::is_member;
use crate::manifest::entries;
use crate::tree::{File, Problem};

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| is_member(&file.path) && !is_behind(file)).map(outside).collect()
}

fn is_behind(file: &File) -> bool {
    entries(&file.text)
        .iter()
        .any(|entry| entry.table == "lints" && entry.key == "workspace" && entry.value == "true")
}

fn outside(file: &File) -> Problem {
    file.problem(1, "lacks `[lints] workspace = true`")
}

#[test]
fn a_crate_with_lints_of_its_own_is_found() {
    let crates = |lints: &str| {
        [File::new("crates/a/Cargo.toml", format!("[package]\nname = \"a\"\n\n{lints}\n"))]
    };
    assert_eq!(check(&crates("[lints]\nworkspace = true")).len(), 0);
    assert_eq!(check(&crates("[lints]\nworkspace = false")).len(), 1);
    assert_eq!(check(&crates("[lints.rust]\nunsafe_code = \"allow\"")).len(), 1);
    assert_eq!(check(&crates("")).len(), 1);
}
