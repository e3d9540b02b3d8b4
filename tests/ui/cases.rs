//! What compiles, what does not, and what the compiler then says.
//!
//! `TRYBUILD=overwrite cargo test -p ui` rewrites the messages.

#[path = "pass/every_lint_is_an_error.rs"]
pub mod every_lint_is_an_error;

#[test]
fn the_attribute_accepts_every_shape_and_explains_every_mistake() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("fail/*.rs");
}

/// The strictest case is part of this crate as well, so that clippy reads an expansion with every other check.
#[test]
fn an_expansion_raises_no_lint() {
    every_lint_is_an_error::main();
}
