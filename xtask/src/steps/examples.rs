//! The examples do what they say: each runs to its end, and prints the lines that it is read for.

use std::fs;

use super::quickstart::{self, PATIENCE};
use crate::command::Program;
use crate::step::Stop;
use crate::workspace::Workspace;

/// An example that needs nobody, and what it must print; a line is held by what stands in it.
struct Example {
    /// Its name, and the arguments that it needs to need nobody.
    call: &'static str,
    lines: &'static [&'static str],
}

/// Every example but those with a step of their own.
const EXAMPLES: &[Example] = &[
    Example {
        call: "break_glass",
        lines: &["The role is bound.", "sam has reviewed it", "The log holds, and 0 emergencies"],
    },
    Example {
        call: "custom_approver",
        lines: &["screens:guest: ", "screens:olga: Granted", "prices.html is public"],
    },
    Example {
        call: "custom_policy",
        lines: &[
            "sessions: sessions is empty",
            "carts: carts is empty",
            "orders: the policy denies this action: a table of this size stays",
        ],
    },
    Example {
        call: "dynamic_tools",
        lines: &[
            "readFile of {\"path\":\"notes/a.md\"} is done",
            "deleteFile of {\"path\":\"notes/a.md\"} is done",
            "u:reviewer rejected this action: keep it",
            "/path: value is not of type \"string\"",
        ],
    },
    // What it is about are its tests, which are run with all others.
    Example { call: "in_tests", lines: &["Outside a gate nothing is sent."] },
    Example { call: "minimal", lines: &["Refund 4200 cents to acct_7", "Fay has approved"] },
    Example {
        call: "runbook",
        lines: &[
            "sam approves",
            "ran: 3 lines are in 2026/11/search.log",
            "ran: 12000 rows are in customers.csv",
            "did not run: u:ada rejected this action: a bot does not need everything",
            "did not run: the policy denies this action: cluster-admin in production",
            "did not run: the policy denies this action: the evaluation of this version",
            "The log of 9 calls holds.",
        ],
    },
    Example {
        call: "slack --fake",
        lines: &[
            "This is a stand-in for Slack on this host",
            "Nothing is missing.",
            "Approve? shop.customers.export, high risk",
            "[Approve] [Reject]",
            "Ada clicks Approve.",
            "Done: shop.customers.export, high risk",
            "approved by*  @ada u:ada",
            "  ran: 2 customers written to ",
            "Ada clicks Reject",
            "Rejected: shop.schema.change, high risk",
            "did not run: u:ada rejected this action",
            "did not run: the policy denies this action: tables are never dropped",
            "With your Slack:",
        ],
    },
    Example {
        call: "teams --fake",
        lines: &[
            "This is a stand-in for Teams on this host",
            "Nothing is missing, but 1 thing could not be checked.",
            "Approve? shop.customers.export, high risk",
            "You approve shop.customers.export (high risk), with exactly what stands above.",
            "( ) Yes, I approve exactly that",
            "[Approve] [Reject]",
            "Ada ticks the box",
            "Done: shop.customers.export, high risk",
            "approved by*  u:ada",
            "  ran: 2 customers written to ",
            "Ada writes why, and clicks Reject",
            "Rejected: shop.schema.change, high risk",
            "did not run: u:ada rejected this action",
            "did not run: the policy denies this action: tables are never dropped",
            "With your Teams:",
        ],
    },
    Example {
        call: "two_person",
        lines: &["exported 10001 rows", "The log holds; the grant names [\"u:mira\", \"u:jo\"]."],
    },
];

impl Example {
    fn words(&self) -> (&'static str, &'static str) {
        self.call.split_once(' ').unwrap_or((self.call, ""))
    }
}

/// Those that a step of their own runs.
const ELSEWHERE: [&str; 2] = ["quickstart", "rmcp_server"];

/// Builds all examples, runs each, and verifies the log that one of them leaves.
pub(super) fn run(workspace: &Workspace) -> Result<(), Stop> {
    for name in listed(workspace)? {
        if !is_known(&name) {
            return Err(Stop::Failed(format!("nothing runs the example `{name}`: list it here")));
        }
    }
    Program::cargo(workspace)
        .words("build --workspace --locked --features action-approvals/tools --examples")
        .words("--bin runbook --bin approvals")
        .run()?;
    let built = workspace.target.join("debug");
    for example in EXAMPLES {
        let (name, arguments) = example.words();
        let is_package = workspace.root.join("examples").join(name).join("Cargo.toml");
        let folder = if is_package.exists() { built.clone() } else { built.join("examples") };
        let (text, status) = Program::new(workspace, "timeout")
            .arg(PATIENCE)
            .arg(folder.join(name))
            .words(arguments)
            .run_and_read()?;
        let wrong = if status.success() {
            missing(example.lines, &text).map(|line| format!("it does not print `{line}`"))
        } else {
            Some(status.to_string())
        };
        if let Some(wrong) = wrong {
            return Err(Stop::Failed(format!("the example `{name}`: {wrong}")));
        }
        if let Some(log) = quickstart::log_path(&text) {
            Program::new(workspace, built.join("approvals")).words("log verify").arg(log).run()?;
        }
    }
    Ok(())
}

/// The names of what stands in the folder: files of Rust, and folders with a program in them.
fn listed(workspace: &Workspace) -> Result<Vec<String>, Stop> {
    let folder = workspace.root.join("examples");
    let cannot = |error| Stop::Failed(format!("`{}` cannot be read: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        let is_program = path.extension().is_some_and(|extension| extension == "rs")
            || path.join("main.rs").exists()
            || path.join("Cargo.toml").exists();
        let name = path.file_stem().filter(|_| is_program);
        names.extend(name.map(|name| name.to_string_lossy().into_owned()));
    }
    Ok(names)
}

fn is_known(name: &str) -> bool {
    ELSEWHERE.contains(&name) || EXAMPLES.iter().any(|example| example.words().0 == name)
}

/// The first of these that no line of the text has; they come in this order.
fn missing<'a>(lines: &[&'a str], text: &str) -> Option<&'a str> {
    let mut rest = text.lines();
    lines.iter().find(|expected| !rest.any(|line| line.contains(**expected))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_printed_is_found_and_so_is_another_order() {
        let text = "one two\nthree\nfour\n";
        assert_eq!(missing(&["two", "four"], text), None);
        assert_eq!(missing(&["two", "five"], text), Some("five"));
        assert_eq!(missing(&["four", "one"], text), Some("one"));
        assert_eq!(missing(&["three"], ""), Some("three"));
    }

    #[test]
    fn an_example_that_nothing_runs_is_found() {
        assert!(is_known("minimal") && is_known("quickstart"));
        assert!(!is_known("planted"));
    }

    #[test]
    fn an_example_without_a_line_to_hold_it_to_is_not_listed() {
        for example in EXAMPLES {
            assert!(!example.lines.is_empty(), "{}", example.call);
        }
    }
}
