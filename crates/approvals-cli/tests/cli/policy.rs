//! Policies: checked, tested and compared.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{approvals_in, folder};
use crate::specimen::Specimen;

const OLD: &str = r#"version = 1
default = "deny"

[action."s3.export"]
args = { filter = "string" }

[obligation.one]
quorum = [{ group = "ops", count = 1 }]

[obligation.two]
quorum = [{ group = "ops", count = 2 }]

[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
test = [{ expect = "allow" }]

[[rule]]
id = "mail"
action = "mail.send"
require = ["two"]
test = [{ expect = "review", require = ["two"] }]

[[rule]]
id = "refunds"
action = "payments.refund"
require = ["one"]

[[rule]]
id = "no-deploys"
action = "deploy"
effect = "deny"
reason = "not by agents"
"#;

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn what_a_policy_has_is_told_with_its_doubts() {
    let folder = folder("policy-check");
    write(&folder, "p.toml", OLD);
    let text = approvals_in(&folder, ["policy", "check", "p.toml"]).ok().out;
    for part in [
        "ok: p.toml\n  rules        4: mail, no-deploys, reads, refunds\n  actions      1: s3.export\n  facts        0\n  obligations  2: one, two\n",
        "  emergencies  0\n  tests        2, all of them pass\n  digest       sha256:",
        "  doubt: no rule is about the action `s3.export`, so it is always denied\n",
    ] {
        assert!(text.contains(part), "{part}\n---\n{text}");
    }
    let json = approvals_in(&folder, ["policy", "check", "p.toml", "--json"]).ok().json();
    assert_eq!((&json["files"][0]["loads"], &json["files"][0]["tests"]), (&true.into(), &2.into()));
}

#[test]
fn the_policies_to_start_from_hold_and_nothing_in_them_is_doubted() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let files = fs::read_dir(&policies).unwrap().map(|file| file.unwrap().file_name());
    let mut files: Vec<_> =
        files.filter(|name| Path::new(name).extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    let arguments = ["policy", "check"].map(Into::into).into_iter().chain(files);
    let text = approvals_in(&policies, arguments).ok().out;
    assert!(text.matches("ok: ").count() >= 10, "{text}");
    assert!(!text.contains("doubt: "), "{text}");
}

#[test]
fn what_does_not_load_is_shown_where_and_how_to_mend_it() {
    let folder = folder("policy-wrong");
    write(&folder, "good.toml", OLD);
    write(&folder, "bad.toml", &OLD.replace("\"deny\"\n\n", "\"allow\"\n\n"));
    write(&folder, "worse.toml", "version = 1\ndefault = \"deny\"\n\u{1b}[2J\u{202e}x = 1\n");
    let ran = approvals_in(&folder, ["policy", "check", "good.toml", "bad.toml", "worse.toml"]);
    assert!(ran.out.starts_with("ok: good.toml\n") && !ran.out.contains("bad"), "{ran:?}");
    let err = ran.refused(1, "bad.toml:2:11: the default can only be \"deny\"").err;
    assert!(
        err.contains(
            "\n     2 | default = \"allow\"\n       |           ^\n       worse.toml:3:2: "
        ),
        "{err}"
    );
    assert!(err.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{err}");
    let ran = approvals_in(&folder, ["policy", "check", "bad.toml", "--json"]);
    let mistake = &ran.json()["files"][0]["mistake"];
    assert_eq!((&mistake["line"], &mistake["column"]), (&2.into(), &11.into()));
    ran.refused(1, "bad.toml");
}

#[test]
fn a_file_that_is_huge_binary_or_absent_is_refused() {
    let folder = folder("policy-hostile");
    fs::write(folder.join("binary"), [0xff, 0xfe, 0]).unwrap();
    fs::write(folder.join("huge"), vec![b'#'; 5 << 20]).unwrap();
    fs::write(folder.join("large"), vec![b'#'; 2 << 20]).unwrap();
    write(&folder, "p.toml", OLD);
    for command in [&["policy", "check"][..], &["policy", "test"], &["policy", "diff", "p.toml"]] {
        let run = |file| approvals_in(&folder, command.iter().chain(&[file]));
        run("binary").refused(2, "cannot be read");
        run("huge").refused(2, "too large");
        run("absent").refused(2, "cannot be read");
        run("large").refused(1, "larger than");
    }
}

#[test]
fn every_test_is_listed_and_one_that_fails_is_1() {
    let folder = folder("policy-test");
    write(&folder, "p.toml", OLD);
    let text = approvals_in(&folder, ["policy", "test", "p.toml"]).ok().out;
    assert!(text.starts_with("pass  line 17    reads: given nothing: expect allow\n"), "{text}");
    assert!(text.ends_with("tests: 2, failed: 0\n"), "{text}");
    write(&folder, "f.toml", &OLD.replace("expect = \"allow\"", "expect = \"deny\""));
    let ran = approvals_in(&folder, ["policy", "test", "f.toml"]);
    assert!(
        ran.out.starts_with("FAIL  line 17    reads: given nothing: expect deny\n")
            && ran.out.contains("but gets allow"),
        "{ran:?}"
    );
    ran.refused(1, "1 of 2 tests fail");
    let ran = approvals_in(&folder, ["policy", "test", "f.toml", "--json"]);
    assert_eq!(
        (&ran.json()["failed"], &ran.json()["tests"][1]["passes"]),
        (&1.into(), &true.into())
    );
}

#[test]
fn what_differs_is_told_in_words() {
    let folder = folder("policy-diff");
    write(&folder, "old.toml", OLD);
    write(&folder, "same.toml", &OLD.replace("\n\n", "\n\n# A comment.\n"));
    let same = approvals_in(&folder, ["policy", "diff", "old.toml", "same.toml"]).ok().out;
    assert_eq!(same, "both policies say the same\n");
    let new = OLD
        .replace("count = 2", "count = 1")
        .replace("id = \"refunds\"", "id = \"refund\"")
        .replace("not by agents", "never");
    write(&folder, "new.toml", &new);
    let ran = approvals_in(&folder, ["policy", "diff", "old.toml", "new.toml"]);
    assert_eq!(
        ran.out,
        "changed  obligation two\n  was  2 different people of ops\n  now  one person of ops\n\
         changed  rule no-deploys\n  was  deny deploy (not by agents)\n  now  deny deploy (never)\n\
         added  rule refund\n  now  require one for payments.refund\n\
         removed  rule refunds\n  was  require one for payments.refund\n\
         \nnote: whether calls get looser is NOT checked without --over: it takes a ledger \n      \
         with requests to rule on\n"
    );
    ran.refused(1, "may be looser than before: obligation two, rule no-deploys");
    let json = approvals_in(&folder, ["policy", "diff", "old.toml", "new.toml", "--json"]).json();
    assert_eq!(json["loosened"], serde_json::json!(["obligation two", "rule no-deploys"]));
    write(&folder, "more.toml", &OLD.replace("count = 2", "count = 3"));
    let more = approvals_in(&folder, ["policy", "diff", "old.toml", "more.toml"]).ok().out;
    assert!(more.contains("NOT checked without --over"), "{more}");
}

#[test]
fn what_gets_looser_over_a_ledger_is_1_and_comes_first() {
    let specimen = Specimen::new("policy-over");
    write(&specimen.folder, "old.toml", OLD);
    let diff = |new: &str| {
        write(&specimen.folder, "new.toml", new);
        specimen.run(&["policy", "diff", "old.toml", "new.toml", "--over", "approvals.db"])
    };
    let same = diff(OLD).ok().out;
    assert!(same.contains("-- requests: 6, on 6 of which both agree\n"), "{same}");
    let stricter = diff(
        &OLD.replace("effect = \"allow\"\ntest = [{ expect = \"allow\" }]", "effect = \"deny\""),
    )
    .ok()
    .out;
    assert!(stricter.contains("   1 stricter") && stricter.contains("   0 looser"), "{stricter}");

    let new = OLD
        .replace("effect = \"allow\"\ntest = [{ expect = \"allow\" }]", "require = [\"one\"]")
        .replace(
            "require = [\"two\"]\ntest = [{ expect = \"review\", require = [\"two\"] }]",
            "effect = \"allow\"",
        )
        .replace("group = \"ops\", count = 1", "group = \"leads\", count = 1");
    let ran = diff(&new);
    let order: Vec<_> = ["\nlooser     ", "\ndifferent  ", "\nstricter   "]
        .iter()
        .map(|word| ran.out.find(word).unwrap())
        .collect();
    assert!(order.is_sorted(), "{}", ran.out);
    assert!(
        ran.out.contains("  was   review: two (by mail)\n  now   allow (by mail)\n"),
        "{}",
        ran.out
    );
    ran.refused(1, "2 of the recorded requests get looser");
    let json = specimen
        .run(&["policy", "diff", "old.toml", "new.toml", "--over", "approvals.db", "--json"])
        .json();
    let over = &json["over"];
    assert_eq!(
        (&over["requests"], &over["same"], &over["looser"], &over["different"], &over["stricter"]),
        (&6.into(), &3.into(), &1.into(), &1.into(), &1.into())
    );
    assert_eq!(over["differs"][0]["action"], "mail.send");
    specimen
        .run(&["policy", "diff", "old.toml", "new.toml", "--over", "absent.db"])
        .refused(2, "there is no file");
}

#[test]
fn the_terms_of_an_emergency_are_compared_as_well() {
    let specimen = Specimen::drama("policy-over-emergency");
    let policy = |within: &str| {
        format!(
            "{OLD}\n[[rule]]\nid = \"never\"\naction = \"db.drop\"\neffect = \"deny\"\n[[rule]]\nid = \"drops\"\naction = \"db.drop\"\n\
             require = [\"one\"]\n[break_glass]\nrequire = [\"one\"]\nrules = [\"never\"]\nreview_by = \"security\"\nreview_within = \"{within}\"\n"
        )
    };
    write(&specimen.folder, "old.toml", &policy("1h"));
    write(&specimen.folder, "new.toml", &policy("2h"));
    let over = ["--over", "approvals.db"];
    let there = [&["policy", "diff", "old.toml", "new.toml"][..], &over].concat();
    let ran = specimen.run(&there);
    assert!(
        ran.out.contains("    now  emergency: one of security reviews it within 2h\n"),
        "{}",
        ran.out
    );
    ran.refused(1, "1 of the recorded requests");
    let back = [&["policy", "diff", "new.toml", "old.toml"][..], &over].concat();
    specimen.run(&back).ok();
}

#[test]
fn who_gives_a_policy_in_cedar_is_told_where_it_is_checked() {
    let folder = folder("policy-cedar");
    write(&folder, "p.cedar", "permit (principal, action, resource);");
    write(&folder, "p.toml", OLD);
    for call in [
        &["policy", "check", "p.cedar"][..],
        &["policy", "test", "p.cedar"],
        &["policy", "diff", "p.toml", "p.cedar"],
    ] {
        let told = approvals_in(&folder, call).refused(2, "is a policy in Cedar").err;
        assert!(told.contains("CedarPolicy::new"), "{told}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_policy_is_refused_and_not_waited_for() {
    let folder = folder("policy-pipe");
    let pipe = folder.join("p.toml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Whoever waits for a writer gets one in the end, and with it an empty file.
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(5));
        fs::OpenOptions::new().read(true).write(true).open(pipe).unwrap();
    });
    for verb in ["check", "test"] {
        let ran = approvals_in(&folder, ["policy", verb, "p.toml"]);
        ran.refused(2, "`p.toml` cannot be read: it is not a regular file");
    }
    std::os::unix::fs::symlink("real.toml", folder.join("link.toml")).unwrap();
    write(&folder, "real.toml", OLD);
    approvals_in(&folder, ["policy", "check", "link.toml"]).ok();
}

#[test]
fn no_tests_are_not_said_to_pass() {
    let folder = folder("policy-untested");
    write(&folder, "p.toml", "version = 1\ndefault = \"deny\"\n");
    let text = approvals_in(&folder, ["policy", "check", "p.toml"]).ok().out;
    assert!(text.contains("  tests        0\n"), "{text}");
    let digest = text.lines().find_map(|line| line.strip_prefix("  digest       ")).unwrap();
    assert!(digest.parse::<approvals_core::Digest>().is_ok(), "it can be copied: {text}");
}
