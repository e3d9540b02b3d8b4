//! Keys: one a purpose, never replaced, never printed.

use std::fs;

use approvals_core::{Keyring, Signer as _, key_id};
use approvals_log::Vkey;

use crate::program::{approvals_in, files, folder};

#[test]
fn new_keys_are_the_ones_that_were_printed() {
    let folder = folder("keys");
    let json =
        approvals_in(&folder, ["keys", "new", "k", "--origin", "example.com/t/prod", "--json"])
            .ok()
            .json();
    let keys = Keyring::load(folder.join("k")).unwrap();
    assert_eq!(files(&folder), ["k/grant.pem", "k/log.pem", "k/recorder.pem"]);
    let publics = [
        ("log", keys.log.public_key()),
        ("recorder", keys.recorder.public_key()),
        ("grant", keys.grant.public_key()),
    ];
    for (n, (purpose, key)) in publics.iter().enumerate() {
        let printed = &json["keys"][n];
        assert_eq!(
            (&printed["purpose"], printed["kid"].as_str()),
            (&(*purpose).into(), Some(key_id(key).as_str()))
        );
        assert_eq!(printed["jwk"]["kty"], "OKP");
    }
    let vkey = Vkey::new("example.com/t/prod", keys.log.public_key()).unwrap().to_string();
    assert_eq!(json["vkey"].as_str(), Some(vkey.as_str()));
}

#[test]
fn secrets_are_not_printed_and_only_their_owner_reads_them() {
    let folder = folder("keys-secret");
    let text = approvals_in(&folder, ["keys", "new", "k"]).ok().out;
    assert!(text.contains("log key\n  signs  ") && text.contains("`--origin NAME`"), "{text}");
    for name in files(&folder) {
        let pem = fs::read_to_string(folder.join(&name)).unwrap();
        let secret = pem.lines().find(|line| !line.starts_with('-')).unwrap();
        assert!(!text.contains(secret) && !text.contains("PRIVATE"), "{name}");
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(folder.join(&name)).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn keys_are_shown_again_as_they_were_and_the_verifier_key_alone_fits_a_file() {
    let folder = folder("keys-show");
    let origin = ["--origin", "example.com/t/prod"];
    let made = approvals_in(&folder, ["keys", "new", "k", "--json"].into_iter().chain(origin)).ok();
    let show = |more: &[&'static str]| {
        let words = ["keys", "show", "k"].into_iter().chain(origin).chain(more.iter().copied());
        approvals_in(&folder, words).ok().out
    };
    assert_eq!(show(&["--json"]), made.out);
    let alone = show(&["--vkey"]);
    assert_eq!(Some(alone.trim_end()), made.json()["vkey"].as_str());
    assert!(alone.trim_end().parse::<Vkey>().is_ok());
    for name in files(&folder) {
        let pem = fs::read_to_string(folder.join(&name)).unwrap();
        let secret = pem.lines().find(|line| !line.starts_with('-')).unwrap();
        assert!(!show(&[]).contains(secret), "{name}");
    }
    approvals_in(&folder, ["keys", "show", "nowhere"]).refused(2, "there is no key file");
    assert_eq!(approvals_in(&folder, ["keys", "show", "k", "--vkey"]).status, 2);
}

#[test]
fn keys_that_are_there_stay_as_they_are() {
    for present in ["log.pem", "recorder.pem", "grant.pem"] {
        let folder = folder("keys-there");
        fs::write(folder.join(present), "mine").unwrap();
        approvals_in(&folder, ["keys", "new", "."])
            .refused(2, "exists already, and keys are never replaced");
        assert_eq!(files(&folder), [present]);
        assert_eq!(fs::read_to_string(folder.join(present)).unwrap(), "mine");
    }
}

#[test]
fn a_name_that_no_log_can_have_makes_no_keys() {
    let folder = folder("keys-name");
    for origin in ["", "a b", "a+b", "a\nb"] {
        approvals_in(&folder, ["keys", "new", "k", "--origin", origin])
            .refused(2, "cannot name a log: a name must have");
    }
    assert_eq!(files(&folder), Vec::<String>::new());
}

#[test]
fn a_folder_that_cannot_be_made_is_2() {
    let folder = folder("keys-file");
    fs::write(folder.join("file"), "").unwrap();
    approvals_in(&folder, ["keys", "new", "file/k"])
        .refused(2, "the keys could not be made: the key file `file/k` could not be written");
}
