//! An export is verified, and a tampered one refused, by programs that share no code with this one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use approvals_core::Keyring;

use crate::program::{Folder, approvals_in, folder};
use crate::story;

/// Whether a tool is installed. Where tests are the gate, it must be.
fn installed(program: &str, arguments: &[&str], version: &str) -> bool {
    let output = Command::new(program).args(arguments).output();
    let found = output.is_ok_and(|output| {
        output.status.success() && String::from_utf8_lossy(&output.stdout).starts_with(version)
    });
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "`{program}` is needed in continuous integration"
        );
        eprintln!("skipped: `{program}` {} is not usable here", arguments.join(" "));
    }
    found
}

fn has_python() -> bool {
    installed("python3", &["-c", "import cryptography; print('yes')"], "yes")
}

fn has_openssl() -> bool {
    installed("openssl", &["version"], "OpenSSL 3")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop").join(name)
}

fn python(out: &Path) -> Output {
    Command::new("python3").arg(script("verify_log.py")).arg(out).output().unwrap()
}

fn openssl(out: &Path) -> Output {
    Command::new("sh").arg(script("verify_checkpoint.sh")).arg(out).output().unwrap()
}

/// A folder with an export, `out`, of full and partial bundles, what a verifier must say of it, and how many events it has.
fn export(name: &str) -> (Folder, String) {
    let folder = folder(name);
    let path = folder.join("approvals.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (gate, ledger) = runtime.block_on(story::gate(&path, Keyring::generate().unwrap(), vec![]));
    runtime.block_on(story::reads(&gate, 90));
    drop((gate, ledger));
    let json =
        approvals_in(&folder, ["log", "export", "approvals.db", "out", "--json"]).ok().json();
    assert_eq!(json["events"], 273);
    (folder, format!("ok 273 {}\n", json["root"].as_str().unwrap()))
}

fn accepts(output: &Output, expected: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

fn refuses(output: &Output) {
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("failed: "), "{output:?}");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
}

/// Changes one byte of a file, and gives what it was.
fn spoil(file: &Path, place: usize) -> Vec<u8> {
    let whole = fs::read(file).unwrap();
    let mut spoiled = whole.clone();
    spoiled[place] ^= 1;
    fs::write(file, spoiled).unwrap();
    whole
}

#[test]
fn python_verifies_every_entry_of_an_export_and_refuses_a_tampered_one() {
    if !has_python() {
        return;
    }
    let (folder, expected) = export("interop-python");
    let out = folder.join("out");
    accepts(&python(&out), &expected);
    for name in ["tile/entries/000", "tile/entries/001.p/17", "checkpoint", "log.vkey"] {
        let length = fs::metadata(out.join(name)).unwrap().len();
        for place in [0, length / 2, length - 2] {
            let whole = spoil(&out.join(name), usize::try_from(place).unwrap());
            refuses(&python(&out));
            fs::write(out.join(name), whole).unwrap();
        }
    }
    accepts(&python(&out), &expected);
}

#[test]
fn openssl_verifies_the_checkpoint_of_an_export_and_refuses_a_tampered_one() {
    if !has_openssl() {
        return;
    }
    let (folder, expected) = export("interop-openssl");
    let out = folder.join("out");
    accepts(&openssl(&out), &expected);
    for name in ["checkpoint", "log.vkey"] {
        let length = fs::metadata(out.join(name)).unwrap().len();
        for place in [0, length / 2, length - 8] {
            let whole = spoil(&out.join(name), usize::try_from(place).unwrap());
            refuses(&openssl(&out));
            fs::write(out.join(name), whole).unwrap();
        }
    }
    accepts(&openssl(&out), &expected);
}
