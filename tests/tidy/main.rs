//! The habits of this project, held by a test. Each check is a function from files to problems, and each one is also
//! given a planted violation that it must find.

mod comments;
mod edges;
mod environment;
mod examples;
mod guarantees;
mod leftovers;
mod length;
mod lints;
mod manifest;
mod module_docs;
mod order;
mod paths;
mod places;
mod source;
mod test_files;
mod tree;

use tree::{File, Problem};

/// Fails with the list of problems, one a line.
fn hold(check: fn(&[File]) -> Vec<Problem>) {
    let files = tree::files();
    assert!(files.len() > 20, "the files of the project were not found");
    let problems: Vec<String> = check(&files).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_source_file_begins_with_what_it_is() {
    hold(module_docs::check);
}

#[test]
fn every_public_type_is_shown_in_use() {
    hold(examples::check);
}

#[test]
fn no_source_file_is_over_400_lines() {
    hold(length::check);
}

#[test]
fn nothing_is_left_for_later() {
    hold(leftovers::check);
}

#[test]
fn files_of_tests_are_compiled_for_tests_alone() {
    hold(test_files::check);
}

#[test]
fn each_module_of_core_uses_only_those_before_it() {
    hold(order::check);
}

#[test]
fn crates_depend_only_on_those_below_them() {
    hold(edges::check);
}

#[test]
fn every_dependency_says_what_it_is_for() {
    hold(comments::check);
}

#[test]
fn every_crate_stands_behind_the_lint_wall() {
    hold(lints::check);
}

#[test]
fn no_environment_variable_reaches_the_gate() {
    hold(environment::check);
}

#[test]
fn no_file_names_one_machine_or_one_registry() {
    hold(places::check);
}

#[test]
fn every_guarantee_names_tests_that_exist() {
    hold(guarantees::check);
}
