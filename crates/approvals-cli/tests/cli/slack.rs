//! What sets an app up in Slack, and what looks whether it is.

use std::path::Path;
use std::process::{Command, Output};

use fake_slack::office::{APP, DEPLOYS, LEADS, RANDOM, VAULT};
use fake_slack::{FakeSlack, World};
use serde_json::json;

use crate::program::{Folder, Ran, approvals_in, fits, folder};

/// A Slack of its own, and what looks at it.
struct Slack {
    runtime: tokio::runtime::Runtime,
    fake: FakeSlack,
    folder: Folder,
}

impl Slack {
    fn new(name: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut world = World::office();
        let token = |kind: &str| format!("{kind}-1-CANARY");
        (world.app.bot_token, world.app.app_token) = (token("xoxb"), token("xapp"));
        world.app.scopes.retain(|scope| scope != "im:write" && scope != "channels:history");
        let fake = runtime.block_on(FakeSlack::start_with(world));
        Self { runtime, fake, folder: folder(name) }
    }

    fn check(&self, more: &[&str]) -> Ran {
        let app = self.fake.app();
        let api = self.fake.api_url();
        let secrets = [
            ("SLACK_BOT_TOKEN", app.bot_token.as_str()),
            ("SLACK_APP_TOKEN", &app.app_token),
            ("SLACK_SIGNING_SECRET", &app.signing_secret),
        ];
        let arguments = ["slack", "check", "--app", APP, "--api", &api];
        let ran = run(&self.folder, &[&arguments[..], more].concat(), &secrets);
        for secret in ["CANARY", &app.signing_secret] {
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
        }
        ran
    }
}

fn run(folder: &Path, arguments: &[&str], secrets: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_approvals"));
    for name in ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(secrets.iter().copied()).current_dir(folder);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    Ran { status: status.code().unwrap(), out, err }
}

#[test]
fn an_app_that_is_set_up_is_said_to_be() {
    let slack = Slack::new("slack-fine");
    let ran = slack.check(&["--channel", DEPLOYS, "--also", VAULT, "--group", LEADS]).ok();
    assert_eq!(
        ran.out,
        "ok       bot token: it is that of the bot U0BOT, in the workspace T0FAKE\n\
         ok       scopes: chat:write, users:read, usergroups:read\n\
         ok       app: the bot is that of A0FAKE\n\
         ok       channel C0DEPLOYS: the bot is in it\n\
         ok       channel G0VAULT: the bot is in it\n\
         ok       user group S0LEADS: @leads, 2 in it\n\
         ok       clicks: Socket Mode is on, and Slack greets A0FAKE there\n\
         Nothing is missing.\n"
    );
    let ran = slack.check(&["--channel", DEPLOYS, "--group", LEADS, "--http"]).ok();
    assert!(ran.out.contains("\nunknown  clicks: ") && fits(&ran.out), "{}", ran.out);
    assert!(ran.out.contains("as the Request URL"), "{}", ran.out);
    assert!(
        ran.out.contains("\nNothing is missing, but 1 thing could not be checked. "),
        "{ran:?}"
    );
}

#[test]
fn what_could_not_be_checked_is_asked_at_the_end_and_is_0() {
    let slack = Slack::new("slack-unknown");
    slack.fake.edit(|world| {
        world.app.scopes.retain(|scope| !scope.ends_with("s:read") || scope == "users:read");
    });
    let ran = slack.check(&["--channel", RANDOM]).ok();
    let (_, end) = ran.out.split_once("\nNothing is missing").unwrap_or_else(|| panic!("{ran:?}"));
    let end = end.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        end,
        ", but 1 thing could not be checked. Is the bot in C0RANDOM? If not, invite it: \
         `/invite @approvals` there, or whatever it is called."
    );
    assert!(fits(&ran.out), "{}", ran.out);
    let json = slack.check(&["--channel", RANDOM, "--also", VAULT, "--json"]).ok().json();
    assert_eq!((&json["fine"], &json["unchecked"]), (&true.into(), &2.into()), "{json}");
    let help = approvals_in(&slack.folder, ["slack", "check", "--help"]).ok().out;
    assert!(help.contains("as far as it could be checked"), "{help}");
    // With what a manifest can ask for besides, it is seen.
    let made =
        approvals_in(&slack.folder, ["slack", "manifest", "--checkable", "--json"]).ok().json();
    let scopes = made["oauth_config"]["scopes"]["bot"].as_array().unwrap();
    let scopes = scopes.iter().map(|scope| scope.as_str().unwrap().to_owned());
    slack.fake.edit(|world| world.app.scopes = scopes.collect());
    slack.check(&["--channel", RANDOM]).refused(1, "1 of the things");
    slack.check(&["--channel", DEPLOYS]).ok();
}

#[test]
fn what_is_missing_is_said_and_is_1() {
    let slack = Slack::new("slack-missing");
    slack.fake.edit(|world| world.app.socket_mode = false);
    let arguments = ["--channel", RANDOM, "--group", LEADS];
    let ran = slack.check(&arguments).refused(1, "2 of the things");
    assert!(
        ran.out.contains("\nMISSING  channel C0RANDOM: the bot is not in it; write `/invite"),
        "{ran:?}"
    );
    assert!(ran.out.contains("\nMISSING  clicks: ") && fits(&ran.out), "{ran:?}");
    let json = slack.check(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(json["fine"], false);
    assert_eq!(json["findings"][3]["level"], "missing");
    assert_eq!(json["findings"][3]["what"], "channel C0RANDOM");
}

#[test]
fn a_slack_that_cannot_be_reached_is_not_fine() {
    let slack = Slack::new("slack-down");
    let (app, api) = (slack.fake.app(), slack.fake.api_url());
    let Slack { runtime, fake, folder } = slack;
    drop((fake, runtime));
    let secrets =
        [("SLACK_BOT_TOKEN", &*app.bot_token), ("SLACK_SIGNING_SECRET", &app.signing_secret)];
    let arguments = ["slack", "check", "--app", APP, "--channel", DEPLOYS, "--http", "--api", &api];
    let ran = run(&folder, &arguments, &secrets).refused(1, "1 of the things");
    assert!(ran.out.contains("MISSING  bot token: Slack cannot be reached"), "{ran:?}");
}

#[test]
fn secrets_come_from_the_environment_and_what_is_not_there_is_2() {
    let folder = folder("slack-secrets");
    let arguments = ["slack", "check", "--app", APP, "--channel", DEPLOYS];
    run(&folder, &arguments, &[]).refused(2, "`SLACK_BOT_TOKEN` is not set");
    let bot = ("SLACK_BOT_TOKEN", "xoxb-1-a");
    run(&folder, &arguments, &[bot]).refused(2, "`SLACK_APP_TOKEN` is not set");
    let with_http = [&arguments[..], &["--http"]].concat();
    run(&folder, &with_http, &[bot]).refused(2, "`SLACK_SIGNING_SECRET` is not set");
    let wrong = [bot, ("SLACK_APP_TOKEN", "xoxb-1-CANARY")];
    let ran =
        run(&folder, &arguments, &wrong).refused(2, "`SLACK_APP_TOKEN` is not what it is to be");
    assert!(!ran.err.contains("CANARY") && ran.err.contains("begins with `xapp-`"), "{ran:?}");
    let ran = run(&folder, &arguments, &[("SLACK_BOT_TOKEN", "xapp-1-CANARY")]);
    let ran = ran.refused(2, "it begins like an app-level token (`SLACK_APP_TOKEN`)");
    assert!(!ran.err.contains("CANARY"), "{ran:?}");
    let plain = [&arguments[..], &["--api", "http://slack.example/"]].concat();
    let both = [bot, ("SLACK_APP_TOKEN", "xapp-1-a")];
    run(&folder, &plain, &both).refused(2, "must begin with `https://`");
    for more in [&["--token", "x"][..], &["--group", "leads"], &["--also", "#deploys"]] {
        run(&folder, &[&arguments[..], more].concat(), &both).refused(2, "");
    }
    run(&folder, &["slack", "check", "--app", APP], &both).refused(2, "--channel");
}

#[test]
fn a_manifest_is_what_the_library_makes() {
    let folder = folder("slack-manifest");
    let plain = approvals_in(&folder, ["slack", "manifest"]).ok().out;
    assert_eq!(plain, approvals_slack::Manifest::socket_mode().to_string());
    assert_eq!(approvals_in(&folder, ["slack", "manifest", "--socket"]).ok().out, plain);
    let url = "https://approvals.example.org/slack/interactivity";
    let with = ["slack", "manifest", "--http", url, "--groups", "--name", "gate"];
    let manifest = approvals_slack::Manifest::http(url).unwrap().groups().called("gate").unwrap();
    assert_eq!(approvals_in(&folder, with).ok().out, manifest.to_string());
    let json = approvals_in(&folder, ["slack", "manifest", "--json"]).ok().json();
    assert_eq!(json["oauth_config"]["scopes"]["bot"], json!(["chat:write", "users:read"]));
    assert_eq!(json["settings"]["socket_mode_enabled"], true);
    assert_eq!(json["features"]["bot_user"]["display_name"], "approvals");
    assert_eq!(json["display_information"]["name"], "approvals");
    assert_eq!(
        json.as_object().unwrap().len(),
        plain.lines().filter(|line| !line.starts_with(' ')).count()
    );
    let json = approvals_in(&folder, with.iter().chain(&["--json"])).ok().json();
    assert_eq!(json["settings"]["interactivity"]["request_url"], url);
    let help = approvals_in(&folder, ["slack", "manifest", "--help"]).ok().out;
    assert!(help.contains("tab YAML") && help.contains("tab JSON"), "{help}");
    approvals_in(&folder, ["slack", "manifest", "--http", "http://a.example"])
        .refused(2, "`https://` address");
    approvals_in(&folder, ["slack", "manifest", "--name", "A B"]).refused(2, "lower-case letters");
    approvals_in(&folder, ["slack", "manifest", "--socket", "--http", url]).refused(2, "");
}
