//! An exported log is verified by programs that share no code with this one: Python, and OpenSSL's command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use approvals_log::{entry_bundles, hash_tiles, leaf_hash, root_of};

use crate::support::Log;

const ORIGIN: &str = "example.com/t1/prod/approvals";

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| "é".repeat(i % 300).into_bytes()).collect()
}

/// Writes the files of a log as a mirror serves them.
fn export(name: &str, entries: &[Vec<u8>]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    for (path, bytes) in hash_tiles(&leaves).into_iter().chain(entry_bundles(entries).unwrap()) {
        let file = folder.join(path.to_string());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    let log = Log::new(ORIGIN, 1);
    let checkpoint =
        approvals_log::Checkpoint::new(ORIGIN, entries.len().try_into().unwrap(), root_of(leaves));
    fs::write(folder.join("checkpoint"), log.sign(&checkpoint.unwrap().to_text()).to_string())
        .unwrap();
    fs::write(folder.join("log.vkey"), format!("{}\n", log.vkey)).unwrap();
    folder
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop").join(name)
}

fn python(folder: &Path) -> Output {
    Command::new("python3").arg(script("verify_log.py")).arg(folder).output().unwrap()
}

fn openssl(folder: &Path) -> Output {
    Command::new("sh").arg(script("verify_checkpoint.sh")).arg(folder).output().unwrap()
}

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

fn accepts(output: &Output, entries: &[Vec<u8>]) {
    let root = root_of(entries.iter().map(|entry| leaf_hash(entry)));
    let hex = root.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let expected = format!("ok {} {hex}\n", entries.len());
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

fn refuses(output: &Output, why: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.starts_with("failed: ") && said.contains(why), "{said}");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(1), &b""[..]));
}

fn edit(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

fn replace(file: &Path, from: &str, to: &str) {
    let before = fs::read_to_string(file).unwrap();
    assert!(before.contains(from));
    fs::write(file, before.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_python_script_verifies_the_log_and_finds_tampering() {
    if !installed("python3", &["-c", "import cryptography; print('yes')"], "yes") {
        return;
    }
    for size in [0, 1, 255, 256, 257, 1_000] {
        accepts(&python(&export("python", &entries(size))), &entries(size));
    }
    let bundle = "tile/entries/003.p/232";
    let fresh = || export("python", &entries(1_000));

    // Hash tiles are not read, so a tampered one cannot be believed.
    let folder = fresh();
    edit(&folder.join("tile/0/002"), |bytes| bytes[40] ^= 1);
    edit(&folder.join("tile/1/000.p/3"), |bytes| bytes[40] ^= 1);
    accepts(&python(&folder), &entries(1_000));

    // An entry's own bytes, its length, and one byte too many.
    let folder = fresh();
    edit(&folder.join(bundle), |bytes| bytes[700] ^= 1);
    refuses(&python(&folder), "the 1000 entries have the root ");
    let folder = fresh();
    edit(&folder.join(bundle), |bytes| bytes[0] ^= 0x80);
    refuses(&python(&folder), "ends before entry");
    let folder = fresh();
    edit(&folder.join(bundle), |bytes| bytes.push(0));
    refuses(&python(&folder), "holds more");
    fs::remove_file(folder.join(bundle)).unwrap();
    refuses(&python(&folder), "No such file");

    let folder = fresh();
    replace(&folder.join("checkpoint"), "\n1000\n", "\n768\n");
    refuses(&python(&folder), "does not verify");
    let folder = fresh();
    fs::write(folder.join("log.vkey"), Log::new(ORIGIN, 2).vkey.to_string()).unwrap();
    refuses(&python(&folder), "does not have one signature");
    assert_eq!(
        Command::new("python3").arg(script("verify_log.py")).output().unwrap().status.code(),
        Some(1)
    );
}

#[test]
fn the_python_script_reads_paths_of_more_than_three_digits() {
    if !installed("python3", &["-c", "import cryptography; print('yes')"], "yes") {
        return;
    }
    let many: Vec<Vec<u8>> = (0..256_300).map(|i: u32| i.to_be_bytes().to_vec()).collect();
    let folder = export("many", &many);
    assert!(folder.join("tile/entries/x001/001.p/44").exists());
    accepts(&python(&folder), &many);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_openssl_command_verifies_the_checkpoint_and_refuses_an_edited_one() {
    if !installed("openssl", &["version"], "OpenSSL 3") {
        return;
    }
    let fresh = || export("openssl", &entries(300));
    accepts(&openssl(&fresh()), &entries(300));

    let folder = fresh();
    replace(&folder.join("checkpoint"), "\n300\n", "\n299\n");
    refuses(&openssl(&folder), "does not verify");
    let folder = fresh();
    replace(&folder.join("checkpoint"), "/prod/", "/test/");
    refuses(&openssl(&folder), "is not of the log");
    let folder = fresh();
    replace(&folder.join("checkpoint"), "\n\n", "\nextension\n\n");
    refuses(&openssl(&folder), "fourth line");
    let folder = fresh();
    fs::write(folder.join("log.vkey"), Log::new(ORIGIN, 2).vkey.to_string()).unwrap();
    refuses(&openssl(&folder), "does not have one signature");
    let folder = fresh();
    replace(&folder.join("log.vkey"), "+A", "+B");
    refuses(&openssl(&folder), "not for Ed25519");
    fs::remove_file(folder.join("checkpoint")).unwrap();
    refuses(&openssl(&folder), "there is no file checkpoint");

    // Witnesses add lines of their own.
    let folder = fresh();
    let witness = Log::new("witness.example.com/w1", 9).sign("other\n").to_string();
    edit(&folder.join("checkpoint"), |bytes| {
        bytes.extend(witness.split("\n\n").nth(1).unwrap().bytes());
    });
    accepts(&openssl(&folder), &entries(300));

    let usage = openssl(&folder.join("absent"));
    assert_eq!(
        (usage.status.code(), String::from_utf8_lossy(&usage.stderr).starts_with("usage: ")),
        (Some(2), true)
    );
}
