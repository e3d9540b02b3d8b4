//! No source file grows beyond what one reads in one go.

use crate::source;
use crate::tree::{File, Problem};

/// Lines, without the unit tests at the end.
const LIMIT: usize = 400;

pub(crate) fn check(files: &[File]) -> Vec<Problem> {
    let counted = files
        .iter()
        .filter(|file| file.is_production())
        .map(|file| (file, source::production_lines(&file.text)));
    counted
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(file, lines)| {
            file.problem(LIMIT, format!("{lines} lines, the limit is {LIMIT}; one concept a file"))
        })
        .collect()
}

#[test]
fn a_long_file_is_found_and_its_tests_do_not_count() {
    let code = "fn a() {}\n".repeat(LIMIT);
    let tests = "#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(check(&[File::new("src/a.rs", format!("{code}{tests}"))]).len(), 0);
    assert_eq!(check(&[File::new("src/a.rs", format!("{code}{tests}fn b() {{}}\n"))]).len(), 1);
}
