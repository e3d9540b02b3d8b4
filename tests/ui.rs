//! What compiles, what does not, and what the compiler then says.
//!
//! `TRYBUILD=overwrite cargo test --test ui` rewrites the messages.

#![cfg(feature = "macros")]

/// Compiled in here too, so that clippy reads an expansion.
#[path = "ui/pass/every_lint_is_an_error.rs"]
mod every_lint_is_an_error;

#[test]
fn the_attribute_accepts_every_shape_and_explains_every_mistake() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
