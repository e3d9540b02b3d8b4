//! The list of what is gated.

use std::fs;

use crate::program::{Folder, approvals_in, folder};

const BANK: &str = r#"//! A bank.

use approvals::requires_approval;

pub struct Bank;

impl Bank {
    #[requires_approval(
        action = "bank.pay",
        resource = "account {to}",
        risk = "critical",
        tags("money", "outgoing"),
        redact(token),
        skip(client),
        when = |cents| *cents > 1_000,
        gate = self.gate
    )]
    async fn pay(&self, client: &Client, to: &str, cents: u64, token: &str) -> Result<u64, Denied> {
        Ok(cents)
    }
}

#[approvals::requires_approval(action = "bank.close")]
async fn close(account: u64) -> Result<(), Denied> {
    Ok(())
}

async fn balance(account: u64) -> u64 {
    0
}
"#;

const TEXT: &str = "src/bank.rs:18: Bank::pay
  action     bank.pay
  risk       critical
  resource   account {to}
  tags       money, outgoing
  bound      to, cents
  redacted   token
  NOT bound  client, self
  gate       self.gate
  when       |cents| *cents > 1_000

src/bank.rs:24: close
  action     bank.close
  risk       high
  bound      account

2 functions are gated
";

fn shop(name: &str) -> Folder {
    let folder = folder(name);
    fs::create_dir_all(folder.join("src/deep")).unwrap();
    fs::create_dir_all(folder.join("src/target")).unwrap();
    fs::write(folder.join("src/bank.rs"), BANK).unwrap();
    fs::write(folder.join("src/deep/mod.rs"), "fn free() {}\n").unwrap();
    fs::write(folder.join("src/target/built.rs"), BANK).unwrap();
    fs::write(folder.join("src/notes.txt"), BANK).unwrap();
    folder
}

#[test]
fn every_annotated_function_is_listed_with_what_reviewers_see_of_it() {
    let shop = shop("gated");
    assert_eq!(approvals_in(&shop, ["gated"]).ok().out, TEXT);
    let json = approvals_in(&shop, ["gated", "src", "--json"]).ok().json();
    let pay = &json["functions"][0];
    assert_eq!(pay["unbound"], serde_json::json!(["client", "self"]));
    assert_eq!((&pay["line"], &pay["risk"]), (&18.into(), &"critical".into()));
    let alone = approvals_in(&shop, ["gated", "src/deep/mod.rs"]).ok().out;
    assert_eq!(alone, "no function is gated here\n");
}

#[test]
fn a_function_that_is_gated_no_more_is_1_and_named() {
    let shop = shop("gated-expect");
    let list = approvals_in(&shop, ["gated", "--json"]).ok().out;
    fs::write(shop.join("gated.json"), list).unwrap();
    let check = ["gated", "--expect", "gated.json"];
    approvals_in(&shop, check).ok();
    // Other lines and more functions are no difference.
    let more = BANK.replace("pub struct", "\n\npub struct").replace(
        "async fn balance",
        "#[requires_approval(action = \"bank.look\")]\nasync fn balance",
    );
    fs::write(shop.join("src/bank.rs"), &more).unwrap();
    approvals_in(&shop, check).ok();
    // Nor is the folder from which it is looked at.
    let inside = ["gated", ".", "--expect", "../gated.json"];
    approvals_in(&shop.join("src"), inside).ok();
    for (what, was, by) in [
        ("close in src/bank.rs", "#[approvals::requires_approval(action = \"bank.close\")]", ""),
        ("close in src/bank.rs", "bank.close", "bank.open"),
        ("close in src/bank.rs", "(account: u64) -> Result", "(account: u64, all: bool) -> Result"),
        ("Bank::pay in src/bank.rs (risk was \"critical\", is \"low\")", "critical", "low"),
        ("Bank::pay in src/bank.rs", "skip(client)", "skip(client, to)"),
        ("Bank::pay in src/bank.rs", "*cents > 1_000", "*cents > 9_000"),
        (
            "Bank::pay in src/bank.rs",
            "#[requires_approval(\n",
            "#[cfg_attr(x, requires_approval(\n",
        ),
    ] {
        let mut changed = more.replace(was, by);
        assert_ne!(changed, more, "{was}");
        if by.contains("cfg_attr") {
            changed = changed.replace("gate = self.gate\n    )]", "gate = self.gate\n    ))]");
        }
        fs::write(shop.join("src/bank.rs"), changed).unwrap();
        approvals_in(&shop, check).refused(1, &format!("gated no more as before: {what}"));
    }
    fs::remove_file(shop.join("src/bank.rs")).unwrap();
    let both = "Bank::pay in src/bank.rs, close in src/bank.rs";
    approvals_in(&shop, check).refused(1, both);
}

#[test]
fn what_cannot_be_read_is_no_empty_list() {
    let shop = shop("gated-broken");
    fs::write(shop.join("src/bank.rs"), BANK.replace("skip(client)", "skip(client")).unwrap();
    approvals_in(&shop, ["gated"]).refused(1, "src/bank.rs:");
    fs::write(shop.join("src/bank.rs"), BANK.replace("action = \"bank.close\"", "action: 1"))
        .unwrap();
    approvals_in(&shop, ["gated"]).refused(1, "src/bank.rs:23:38: ");
    fs::write(shop.join("src/bank.rs"), [0xff, 0xfe]).unwrap();
    approvals_in(&shop, ["gated"]).refused(2, "cannot be read");
    approvals_in(&shop, ["gated", "absent"]).refused(2, "`absent` cannot be read");
    approvals_in(&shop, ["gated", "src/target"]).ok();
    fs::create_dir(shop.join("empty")).unwrap();
    approvals_in(&shop, ["gated", "empty"]).refused(2, "there is no Rust source in `empty`");
    let list = ["gated", "src/deep", "--expect", "src/notes.txt"];
    approvals_in(&shop, list).refused(2, "is no list of what is gated");
}

#[test]
fn a_macro_that_names_the_attribute_is_warned_of() {
    let shop = shop("gated-macro");
    let text = "\nmacro_rules! m { () => { #[requires_approval(action = \"a\")] fn f() {} } }\n";
    fs::write(shop.join("src/deep/mod.rs"), text).unwrap();
    let ran = approvals_in(&shop, ["gated", "src/deep"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "no function is gated here\n"));
    let warned = "warning: src/deep/mod.rs:2: a macro names the attribute; what it makes of it is not listed\n";
    assert_eq!(ran.err, warned);
}
