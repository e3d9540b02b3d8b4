//! A queue from the command line: `init`, `serve`, `reviewers`, `tokens`. That people come in and decide is shown in a browser
//! (`interop/inbox_live.mjs`).

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::{Folder, approvals_in, folder};

/// A queue that was set up, at a port that was free.
fn begun(name: &str) -> (Folder, String) {
    let folder = folder(name);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (url, listen) = (format!("http://localhost:{port}"), format!("127.0.0.1:{port}"));
    let text =
        approvals_in(&folder, ["init", "--url", &url, "--listen", &listen, "--name", "mira"]);
    (folder, text.ok().out)
}

/// The word in `text` that begins so.
fn word<'a>(text: &'a str, beginning: &str) -> &'a str {
    text.split_whitespace().find(|word| word.contains(beginning)).unwrap_or_default()
}

struct Serving(Child);

impl Serving {
    /// The server, once it says that it serves; and its first line.
    fn begin(folder: &Path) -> (Self, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_approvals"));
        let mut child =
            command.arg("serve").current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn what_is_set_up_serves_and_its_secrets_stand_in_no_file() {
    let (folder, text) = begun("serve");
    let (invitation, token) = (word(&text, "#apr_inv_"), word(&text, "apr_req_"));
    let invitation = invitation.split_once('#').unwrap().1;
    assert!(invitation.len() > 40 && token.len() > 40, "{text}");
    for file in fs::read_dir(&*folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            for secret in [invitation, token] {
                let has = bytes.windows(secret.len()).any(|piece| piece == secret.as_bytes());
                assert!(!has, "{}", path.display());
            }
        }
    }
    let (_serving, line) = Serving::begin(&folder);
    assert!(line.starts_with("inbox    http://localhost:"), "{line}");
}

#[test]
fn nothing_that_is_there_is_replaced() {
    let (folder, _text) = begun("serve-twice");
    let before = fs::read_to_string(folder.join("tokens.toml")).unwrap();
    approvals_in(&folder, ["init"]).refused(2, "`./approvals.toml` is there already");
    assert_eq!(fs::read_to_string(folder.join("tokens.toml")).unwrap(), before);
}

#[test]
fn a_queue_in_which_nobody_could_decide_does_not_start_and_says_what_to_do() {
    let (folder, _text) = begun("serve-nobody");
    // A new log, with the same files: whom the old one had invited is invited no more.
    for file in ["approvals.db", "approvals.db-wal", "approvals.db-shm"] {
        drop(fs::remove_file(folder.join(file)));
    }
    let ran = approvals_in(&folder, ["serve"]).refused(2, "nobody could decide here");
    assert!(ran.err.contains("`approvals reviewers invite NAME`"), "{ran:?}");
    assert_eq!(ran.out, "");
    approvals_in(&folder, ["reviewers", "invite", "mira"]).ok();
    let (_serving, line) = Serving::begin(&folder);
    assert!(line.starts_with("inbox"), "{line}");
}

#[test]
fn without_tls_a_server_listens_on_this_machine_only() {
    let (folder, _text) = begun("serve-exposed");
    let path = folder.join("approvals.toml");
    let text =
        fs::read_to_string(&path).unwrap().replace("listen = \"127.0.0.1:", "listen = \"0.0.0.0:");
    fs::write(&path, text).unwrap();
    approvals_in(&folder, ["serve"])
        .refused(2, "without TLS, a server listens on this machine only");
}

#[test]
fn a_configuration_that_is_missing_or_misspelt_is_told_of_with_its_place() {
    let elsewhere = folder("serve-none");
    let ran = approvals_in(&elsewhere, ["serve"]).refused(2, "there is no `approvals.toml`");
    assert!(ran.err.contains("`approvals init`"), "{ran:?}");
    let (folder, _text) = begun("serve-misspelt");
    let path = folder.join("approvals.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\nhost = \"x\"\n")).unwrap();
    approvals_in(&folder, ["serve"]).refused(1, "unknown field `host`");
    fs::write(&path, text.replace("version = 1", "version = 2")).unwrap();
    approvals_in(&folder, ["serve"]).refused(1, "this version reads `version = 1` only");
}

#[test]
fn people_are_invited_by_a_link_that_the_log_tells_of_and_strangers_are_not() {
    let (folder, _text) = begun("serve-invite");
    let text = approvals_in(&folder, ["reviewers", "invite", "mira", "--within", "1h"]).ok().out;
    assert!(word(&text, "/enrol#apr_inv_").starts_with("http://localhost:"), "{text}");
    let events = approvals_in(&folder, ["log", "events"]).ok().out;
    assert_eq!(events.matches("invites web:mira to enrol a key").count(), 2, "{events}");
    let stranger = approvals_in(&folder, ["reviewers", "invite", "tom"]);
    stranger.refused(1, "`web:tom` is not known to the directory");
    let none = approvals_in(&folder, ["reviewers", "list"]).ok().out;
    assert!(none.contains("no passkey is enrolled"), "{none}");
    let retired = approvals_in(&folder, ["reviewers", "retire", "x", "--reason", "lost"]);
    retired.refused(1, "you have enrolled no such key");
}

#[test]
fn tokens_are_added_by_their_hashes_each_under_its_own_name() {
    let (folder, _text) = begun("serve-tokens");
    let agent = ["tokens", "new", "deployer", "--agent", "agent:deployer", "--action", "app.*"];
    let text = approvals_in(&folder, agent).ok().out;
    let token = word(&text, "apr_req_");
    let file = fs::read_to_string(folder.join("tokens.toml")).unwrap();
    assert!(file.contains("[requester.\"deployer\"]") && !file.contains(token), "{file}");
    approvals_in(&folder, agent).refused(2, "a token `deployer` is there already");
    let text = approvals_in(&folder, ["tokens", "new", "mallory", "--auditor"]).ok().out;
    assert!(word(&text, "apr_aud_").len() > 40, "{text}");
    let nothing = ["tokens", "new", "idle", "--agent", "agent:idle"];
    approvals_in(&folder, nothing).refused(1, "this token could do nothing");
    let (_serving, line) = Serving::begin(&folder);
    assert!(line.starts_with("inbox"), "{line}");
}
