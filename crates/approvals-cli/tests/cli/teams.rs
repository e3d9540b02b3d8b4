//! What makes an app for Teams.

use std::fs;

use approvals_teams::AppPackage;

use crate::program::{approvals_in, files, fits, folder};

const BOT: &str = "0f7f8b8e-5e0c-4f3b-9d55-2f0a6f1c9b11";
const SITE: &str = "https://example.com/approvals";
const PACKAGE: [&str; 6] = ["teams", "package", "--bot", BOT, "--website", SITE];

fn package(name: &str) -> AppPackage {
    AppPackage::new(BOT.parse().unwrap(), name, SITE).unwrap()
}

#[test]
fn a_package_is_what_the_library_makes() {
    let folder = folder("teams-package");
    approvals_in(&folder, PACKAGE).ok();
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    assert_eq!(read("approvals-teams.zip"), package("Approvals").to_zip().unwrap());
    let more = ["--name", "Gate", "--developer", "Example Ltd", "--app-version", "1.2.3"];
    let urls = ["--privacy", "https://example.com/p", "--terms", "https://example.com/t"];
    let words = PACKAGE.iter().chain(&more).chain(&urls).chain(&["--out", "gate.zip", "--json"]);
    let json = approvals_in(&folder, words).ok().json();
    let expected = package("Gate")
        .developer("Example Ltd")
        .and_then(|package| package.version("1.2.3"))
        .and_then(|package| package.privacy("https://example.com/p"))
        .and_then(|package| package.terms("https://example.com/t"))
        .unwrap();
    assert_eq!(read("gate.zip"), expected.to_zip().unwrap());
    assert_eq!(json["manifest"], serde_json::to_value(&expected).unwrap());
    assert_eq!((&json["file"], &json["bot"]), (&"gate.zip".into(), &BOT.into()));
    assert_eq!((&json["app"], &json["version"]), (&expected.id().into(), &"1.2.3".into()));
    assert_eq!(files(&folder), ["approvals-teams.zip", "gate.zip"]);
}

#[test]
fn what_is_left_to_do_is_said() {
    let folder = folder("teams-next");
    let named = ["--name", "Caf\u{e9}", "--out", "caf\u{e9}.zip"];
    let out = approvals_in(&folder, PACKAGE.iter().chain(&named)).ok().out;
    assert!(fits(&out) && out.is_ascii(), "{out}");
    let text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "caf\\u{e9}.zip was written",
        "name Caf\\u{e9}",
        "/teams/messages",
        "Microsoft Teams",
        "Upload new app: `caf\\u{e9}.zip`",
        "client secret",
        "tenant",
        "@thread.tacv2",
        "teams:TENANT/OBJECT",
        "approvals teams check",
    ] {
        assert!(text.contains(said), "{said}: {out}");
    }
    let json = approvals_in(&folder, PACKAGE.iter().chain(&["--json"])).ok().json();
    assert_eq!(json["next"].as_array().unwrap().len(), 6);
}

#[test]
fn a_file_that_is_there_is_replaced_only_by_force() {
    let folder = folder("teams-force");
    let file = folder.join("approvals-teams.zip");
    fs::write(&file, "mine, and longer than nothing".repeat(1000)).unwrap();
    let before = fs::read(&file).unwrap();
    approvals_in(&folder, PACKAGE).refused(2, "`approvals-teams.zip` exists already");
    assert_eq!(fs::read(&file).unwrap(), before);
    approvals_in(&folder, PACKAGE.iter().chain(&["--force"])).ok();
    assert_eq!(fs::read(&file).unwrap(), package("Approvals").to_zip().unwrap());
}

#[test]
fn what_teams_would_not_take_makes_no_file_and_is_2() {
    let folder = folder("teams-refused");
    let long = "x".repeat(31);
    for (more, what) in [
        (["--name", &*long], "an app's name is 1 to 30 letters"),
        (["--developer", ""], "a developer's name is 1 to 32"),
        (["--privacy", "http://example.com/"], "the privacy statement must begin with `https://`"),
        (["--terms", "example.com"], "the terms of use must begin with `https://`"),
        (["--app-version", "1"], "a version is three numbers"),
        (["--out", "nowhere/app.zip"], "`nowhere/app.zip` cannot be written"),
        (["--secret", "x"], "unexpected argument"),
    ] {
        approvals_in(&folder, PACKAGE.iter().chain(&more)).refused(2, what);
    }
    for (bot, site, what) in [
        ("bot", SITE, "a bot's app id looks like"),
        (BOT, "http://example.com/", "the website must begin with `https://`"),
    ] {
        approvals_in(&folder, ["teams", "package", "--bot", bot, "--website", site])
            .refused(2, what);
    }
    approvals_in(&folder, ["teams", "package", "--bot", BOT]).refused(2, "--website");
    approvals_in(&folder, ["teams", "package", "--website", SITE]).refused(2, "--bot");
    assert_eq!(files(&folder), Vec::<String>::new());
}
