//! What looks whether a bot is set up in Teams.

use std::process::{Command, Output};

use fake_teams::office::{BOT, DEPLOYS, LEADS, RANDOM, TENANT};
use fake_teams::{FakeTeams, World};

use crate::program::{Folder, Ran, approvals_in, fits, folder};

/// A Teams of its own, and what looks at it.
struct Teams {
    runtime: tokio::runtime::Runtime,
    fake: FakeTeams,
    folder: Folder,
}

impl Teams {
    fn new(name: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut world = World::office();
        "CANARY~secret".clone_into(&mut world.bot.secret);
        let fake = runtime.block_on(FakeTeams::start_with(world));
        Self { runtime, fake, folder: folder(name) }
    }

    fn check(&self, secret: Option<&str>, more: &[&str]) -> Ran {
        let stand_in = format!("http://{}", self.fake.address());
        let arguments =
            ["teams", "check", "--bot", BOT, "--tenant", TENANT, "--stand-in", &stand_in];
        let mut command = Command::new(env!("CARGO_BIN_EXE_approvals"));
        command.env_remove("TEAMS_CLIENT_SECRET").args(arguments).args(more);
        command.envs(secret.map(|secret| ("TEAMS_CLIENT_SECRET", secret)));
        let Output { status, stdout, stderr } =
            command.current_dir(&*self.folder).output().unwrap();
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert!(!out.contains("CANARY") && !err.contains("CANARY"), "{out}{err}");
        Ran { status: status.code().unwrap(), out, err }
    }

    fn good(&self, more: &[&str]) -> Ran {
        self.check(Some("CANARY~secret"), more)
    }
}

#[test]
fn a_bot_that_is_set_up_is_said_to_be() {
    let teams = Teams::new("teams-fine");
    let ran = teams.good(&["--conversation", DEPLOYS, "--also", LEADS]).ok();
    let lines: Vec<_> = ran.out.lines().filter(|line| line.starts_with("ok ")).collect();
    assert_eq!(lines.len(), 4, "{}", ran.out);
    assert!(fits(&ran.out), "{}", ran.out);
    assert!(ran.out.contains("\nNothing is missing, but 1 thing could not be checked."), "{ran:?}");
    assert!(ran.out.contains("/teams/messages"), "{ran:?}");
    let json = teams.good(&["--conversation", DEPLOYS, "--json"]).ok().json();
    assert_eq!((&json["fine"], &json["unchecked"]), (&true.into(), &1.into()), "{json}");
}

#[test]
fn what_is_missing_in_teams_is_said_and_is_1() {
    let teams = Teams::new("teams-missing");
    let ran = teams.good(&["--conversation", RANDOM]).refused(1, "1 of the things");
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("MISSING conversation") && said.contains("add the app to that"),
        "{said}"
    );
    let ran = teams.check(Some("wrong"), &["--conversation", DEPLOYS]);
    let ran = ran.refused(1, "1 of the things");
    let said = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("MISSING login") && said.contains("client secret is wrong"), "{said}");
}

#[test]
fn an_endpoint_is_asked_whether_it_refuses_what_nobody_has_signed() {
    let teams = Teams::new("teams-endpoint");
    // What stands in for Microsoft is no endpoint of ours: it knows nothing there.
    let url = format!("http://{}/teams/messages", teams.fake.address());
    let ran = teams.good(&["--conversation", DEPLOYS, "--endpoint", &url]);
    let ran = ran.refused(1, "1 of the things");
    assert!(ran.out.contains("MISSING  clicks") && ran.out.contains("404"), "{}", ran.out);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/teams/messages", listener.local_addr().unwrap());
    teams.runtime.spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().unwrap();
        let _read = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"approvals-teams\"\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let ran = teams.good(&["--conversation", DEPLOYS, "--endpoint", &url]).ok();
    assert!(ran.out.ends_with("\nNothing is missing.\n"), "{}", ran.out);
}

#[test]
fn a_secret_that_is_not_there_or_is_another_text_is_2() {
    let teams = Teams::new("teams-secret");
    let conversation = ["--conversation", DEPLOYS];
    teams.check(None, &conversation).refused(2, "`TEAMS_CLIENT_SECRET` is not set");
    teams.check(Some(BOT), &conversation).refused(2, "looks like the secret's id");
    teams.good(&["--conversation", "#deploys"]).refused(2, "19:0123abcd@thread.tacv2");
    let help = approvals_in(&teams.folder, ["teams", "check", "--help"]).ok().out;
    assert!(help.contains("TEAMS_CLIENT_SECRET"), "{help}");
}
