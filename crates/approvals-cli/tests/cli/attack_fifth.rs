//! How a program becomes less gated without the list saying so.

use std::fs;

use crate::program::{Folder, approvals_in, folder};

const GATED: &str = "#[approvals::requires_approval(action = \"bank.pay\", risk = \"critical\")]\n\
    async fn pay(to: String, cents: u64) -> Result<(), Denied> { send(to, cents) }\n";

const UNGATED: &str =
    "async fn pay(to: String, cents: u64) -> Result<(), Denied> { send(to, cents) }\n";

/// A folder with this as `src/bank.rs`, and the list of what is gated in it.
fn listed(name: &str, bank: &str) -> Folder {
    let folder = folder(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/bank.rs"), bank).unwrap();
    let list = approvals_in(&folder, ["gated", "--json"]).ok().out;
    fs::write(folder.join("gated.json"), list).unwrap();
    approvals_in(&folder, ["gated", "--expect", "gated.json"]).ok();
    folder
}

/// Whether it is said that something is gated no more once this is `src/bank.rs`.
fn is_noticed(name: &str, before: &str, after: &str) -> bool {
    let folder = listed(name, before);
    fs::write(folder.join("src/bank.rs"), after).unwrap();
    approvals_in(&folder, ["gated", "--expect", "gated.json"]).status == 1
}

#[test]
fn what_is_gated_only_where_it_is_compiled_is_said_to_be() {
    let beside = format!("#[cfg(any())]\n{GATED}#[cfg(not(any()))]\n{UNGATED}");
    assert!(is_noticed("fifth-cfg", GATED, &beside), "a cfg on the function");
    let inside = |inner: &str| format!("mod m {{\n{inner}}}\n");
    let around = format!("#[cfg(any())]\n{}#[cfg(not(any()))]\n{}", inside(GATED), inside(UNGATED));
    assert!(is_noticed("fifth-cfg-mod", &inside(GATED), &around), "a cfg on the module");
    let file = format!("#![cfg(any())]\n{GATED}");
    assert!(is_noticed("fifth-cfg-file", GATED, &file), "a cfg on the file");
}

#[test]
fn a_function_that_nobody_calls_does_not_stand_for_one_that_is_gated_no_more() {
    let in_a_function = format!("fn never() {{\n{GATED}}}\n{UNGATED}");
    assert!(is_noticed("fifth-nested", GATED, &in_a_function), "in a function");
    let in_a_block = format!("const _: () = {{\n{GATED}}};\n{UNGATED}");
    assert!(is_noticed("fifth-block", GATED, &in_a_block), "in a block");
    let was = format!("impl Bank {{\n{GATED}}}\n");
    let of_a_trait = format!("impl Decoy for Bank {{\n{GATED}}}\nimpl Bank {{\n{UNGATED}}}\n");
    assert!(is_noticed("fifth-trait", &was, &of_a_trait), "in the impl of a trait");
}

#[test]
fn an_attribute_of_another_crate_does_not_stand_for_the_one_that_gates() {
    let other = GATED.replace("approvals::", "mocks::");
    assert!(is_noticed("fifth-path", GATED, &other), "{other}");
    let used = GATED.replace("approvals::requires", "requires");
    let (ours, theirs) = ("use approvals::requires_approval;", "use mocks::requires_approval;");
    let imported =
        is_noticed("fifth-use", &format!("{ours}\n{used}"), &format!("{theirs}\n{used}"));
    assert!(imported, "imported from elsewhere");
    let renamed = is_noticed(
        "fifth-rename",
        &format!("{ours}\n{used}"),
        &format!("use mocks::nothing as requires_approval;\n{used}"),
    );
    assert!(renamed, "something else is called so");
}

#[test]
fn a_file_further_down_does_not_stand_for_one_that_is_gated_no_more() {
    let folder = listed("fifth-decoy", GATED);
    fs::write(folder.join("src/bank.rs"), UNGATED).unwrap();
    fs::create_dir_all(folder.join("src/decoy/src")).unwrap();
    fs::write(folder.join("src/decoy/src/bank.rs"), GATED).unwrap();
    let ran = approvals_in(&folder, ["gated", "--expect", "gated.json"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
}
