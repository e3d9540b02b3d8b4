//! Help, refusals and exit statuses.

use std::fs;
use std::process::{Command, Stdio};

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;

const COMMANDS: [&[&str]; 29] = [
    &[],
    &["keys"],
    &["keys", "new"],
    &["pending"],
    &["list"],
    &["show"],
    &["report"],
    &["policy"],
    &["policy", "check"],
    &["policy", "test"],
    &["policy", "explain"],
    &["policy", "diff"],
    &["people"],
    &["people", "check"],
    &["gated"],
    &["resolve"],
    &["review"],
    &["stop"],
    &["retire"],
    &["slack"],
    &["slack", "manifest"],
    &["slack", "check"],
    &["teams"],
    &["teams", "package"],
    &["log"],
    &["log", "events"],
    &["log", "verify"],
    &["log", "export"],
    &["log", "checkpoint"],
];

#[test]
fn every_help_has_examples_and_exit_statuses() {
    let folder = folder("help");
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let help = approvals_in(&folder, command.iter().chain(&[flag])).ok().out;
            assert!(help.contains("Examples:\n  approvals "), "{help}");
            assert!(
                help.contains("Exit status:\n  0  ") && help.contains("\n  2  usage"),
                "{help}"
            );
            assert!(help.contains("--json"), "{help}");
        }
    }
}

#[test]
fn what_cannot_be_understood_is_2_in_two_lines() {
    let folder = folder("usage");
    for arguments in [
        &["frob"][..],
        &["show"],
        &["log", "verify"],
        &["log", "verify", "a", "b"],
        &["log", "export", "a"],
        &["pending", "--frob"],
        &["keys", "new"],
        &["keys", "new", "k", "--origin"],
        &["pending", "--unknown", "--unreviewed"],
        &["list", "--outcome", "great"],
        &["list", "--since", "yesterday"],
        &["policy", "check"],
        &["policy", "explain", "p.toml"],
        &["policy", "diff", "p.toml"],
        &["resolve", "01", "--keys", "k", "--people", "p", "--reason", "r"],
        &["resolve", "01", "--done", "--not-done", "--keys", "k", "--people", "p", "--reason", "r"],
        &[
            "resolve", "01", "--done", "--as", "u:me", "--keys", "k", "--people", "p", "--reason",
            "r",
        ],
        &["stop", "--keys", "k", "--people", "p", "--reason", "r"],
        &[
            "stop",
            "--everything",
            "--action",
            "a.b",
            "--keys",
            "k",
            "--people",
            "p",
            "--reason",
            "r",
        ],
        &["stop", "--action", "NO", "--keys", "k", "--people", "p", "--reason", "r"],
    ] {
        approvals_in(&folder, arguments).refused(2, "");
    }
    for arguments in
        [&[][..], &["keys"], &["log"], &["policy"], &["people"], &["slack"], &["teams"]]
    {
        let ran = approvals_in(&folder, arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("Usage: approvals"), "{}", ran.err);
    }
}

#[test]
fn a_token_that_is_typed_is_not_said_again() {
    let folder = folder("typed-token");
    for arguments in [
        &["slack", "check", "--app", "xoxb-1-CANARY", "--channel", "C0A"][..],
        &["slack", "check", "--app", "A0A", "--channel", "C0A", "xapp-1-CANARY"],
        &["slack", "check", "--app", "A0A", "--channel", "C0A", "--token", "xoxp-1-CANARY"],
        &["slack", "check", "--token=\"xoxb-1-CANARY\""],
        &["slack", "check", "SLACK_BOT_TOKEN=XOXB-1-CANARY"],
        &["slack", "check", "--xoxe.xoxb-1-CANARY"],
        &["xoxb-1-CANARY"],
        &["slack", "xoxb-1-CANARY"],
    ] {
        for more in [&[][..], &["--json"]] {
            let arguments = [arguments, more].concat();
            let ran =
                approvals_in(&folder, &arguments).refused(2, "an argument looks like a token");
            assert!(!ran.err.contains("CANARY") && ran.out.is_empty(), "{ran:?}");
            assert!(
                ran.err.contains("`SLACK_BOT_TOKEN`") && ran.err.contains("environment"),
                "{ran:?}"
            );
        }
    }
    approvals_in(&folder, ["slack", "box-x"]).refused(2, "unrecognized subcommand 'box-x'");
    approvals_in(&folder, ["slack", "check", "--help", "xoxb-1-CANARY"]).ok();
}

#[test]
fn a_file_that_is_absent_or_no_ledger_is_2_with_its_name() {
    let folder = folder("no-ledger");
    fs::write(
        folder.join("text.db"),
        "not a database, but long enough to be looked at as if it were one\n".repeat(20),
    )
    .unwrap();
    fs::write(folder.join("empty.db"), "").unwrap();
    rusqlite::Connection::open(folder.join("other.db"))
        .unwrap()
        .execute_batch("CREATE TABLE a(b)")
        .unwrap();
    for (file, what) in [
        ("absent.db", "there is no file `absent.db`"),
        ("text.db", "is not a ledger"),
        ("empty.db", "it is empty"),
        ("other.db", "some other SQLite database"),
    ] {
        for arguments in [
            &["log", "verify", file][..],
            &["log", "checkpoint", file],
            &["log", "export", file, "out"],
            &["pending", file],
            &["list", file],
            &["report", file],
            &["log", "events", file],
            &["show", "a", file],
        ] {
            approvals_in(&folder, arguments).refused(2, what);
        }
    }
    assert_eq!(fs::read_to_string(folder.join("empty.db")).unwrap(), "", "nothing is made of it");
    assert!(!folder.join("absent.db").exists() && !folder.join("out").exists());
}

#[test]
fn keys_and_checkpoints_that_cannot_be_read_are_2() {
    let specimen = Specimen::new("bad-trust");
    fs::write(specimen.folder.join("garbage"), "garbage\n").unwrap();
    fs::write(specimen.folder.join("binary"), [0xff, 0xfe]).unwrap();
    let verify = ["log", "verify", "approvals.db"];
    for (option, given, what) in [
        ("--vkey", "example.com/x+00000000+AAAA", "is no verifier key, and no file with one"),
        ("--vkey", "garbage", "a verifier key must look like `name+id+base64`"),
        ("--vkey", "absent.vkey", "is no verifier key, and no file with one"),
        ("--vkey", "binary", "cannot be read"),
        ("--seen", "garbage", "is not a checkpoint"),
        ("--seen", "absent.note", "`absent.note` cannot be read"),
        ("--seen", ".", "`.` cannot be read"),
    ] {
        specimen.run(&[&verify[..], &[option, given]].concat()).refused(2, what);
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let specimen = Specimen::new("closed-pipe");
    for arguments in [
        vec!["show".to_owned(), specimen.request("s3.export").to_string()],
        vec!["--help".to_owned()],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_approvals"));
        command.args(arguments).current_dir(&specimen.folder).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
    }
}
