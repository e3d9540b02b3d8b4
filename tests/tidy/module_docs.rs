//! Every source file begins with a line that says what it is.

use crate::tree::{File, Problem};

/// A comment, or a page that is the comment.
const FIRST: [&str; 2] = ["//! ", "#![doc = include_str!("];

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let silent = files.iter().filter(|file| {
        file.is_production() && !FIRST.iter().any(|first| file.text.starts_with(first))
    });
    silent
        .map(|file| file.problem(1, "begins without `//!`; say in one line what the file is"))
        .collect()
}

#[test]
fn a_file_without_a_first_line_is_found() {
    let planted = [
        File::new("src/a.rs", "use std::fmt;\n"),
        File::new("crates/b/src/b.rs", "//! Something.\n"),
    ];
    assert_eq!(check(&planted).len(), 1);
}
