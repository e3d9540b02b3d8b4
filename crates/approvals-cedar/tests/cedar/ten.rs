//! The ten policies of the repository pass the suite that every engine must pass.

use approvals_core::Policy as _;
use approvals_testkit::conformance;

use crate::call::{WORDS, named};

#[test]
fn t47_the_ten_policies_rule_as_the_table_has_it() {
    conformance::policy::all(|name| Box::new(named(name)));
}

#[test]
fn the_digest_is_of_both_texts() {
    let digest = |words: &str, cedar: &str| {
        approvals_cedar::CedarPolicy::new(words, cedar).unwrap().digest()
    };
    let first = digest(WORDS, "");
    assert_eq!(first, digest(WORDS, ""));
    assert_ne!(first, digest(&[WORDS, "\n"].concat(), ""));
    assert_ne!(first, digest(WORDS, "\n"));
}
