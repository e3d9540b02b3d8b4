//! The controlling terminal of a process, in processes of their own: a session with a job in the background.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stdin};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, setsid};
use rustix::termios::tcsetpgrp;

use crate::TerminalApprover;
use crate::harness_tests::{Person, action, gate, runs};

#[test]
fn new_asks_at_the_controlling_terminal_in_the_foreground_whatever_comes_from_standard_input() {
    let mut person = Person::new();
    let mut shell = role("the_shell").spawn().unwrap();
    let mut orders = shell.stdin.take().unwrap();
    writeln!(orders, "{}", person.path().display()).unwrap();
    // Reading or emptying the terminal's input from the background would stop the job for good.
    assert_eq!(
        person.reads_for(Duration::from_secs(2)),
        "",
        "nothing is asked from the background"
    );
    writeln!(orders, "foreground").unwrap();
    let (_, code) = person.reads_card();
    person.types(format!("{code}\n"));
    person.reads("approved\r\n");
    assert!(shell.wait().unwrap().success());
}

/// Takes the terminal that it is told to, starts a job in the background, and brings it to the front when told.
#[test]
#[ignore = "one of the processes of the test above"]
fn the_shell() {
    let Some(path) = order() else { return };
    setsid().unwrap();
    let terminal = rustix::fs::open(path, OFlags::RDWR, Mode::empty()).unwrap();
    let mut job = role("the_job").process_group(0).spawn().unwrap();
    let mut pipe = job.stdin.take().unwrap();
    writeln!(pipe, "start\nno from a pipe\nno from a pipe").unwrap();
    order();
    tcsetpgrp(terminal, Pid::from_child(&job)).unwrap();
    assert!(job.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "one of the processes of the test above"]
async fn the_job() {
    let Some(_start) = order() else { return };
    let gate = gate(TerminalApprover::new()).await;
    assert_eq!(runs(&gate, action("{}")).await.unwrap(), Ok(true));
}

/// This program again, as one of the two.
fn role(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        &format!("controlling_tests::{name}"),
        "--ignored",
        "--test-threads=1",
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command
}

/// The next line from whoever started this process; none if that was a person.
fn order() -> Option<String> {
    let mut line = String::new();
    if stdin().is_terminal() || stdin().lock().read_line(&mut line).unwrap() == 0 {
        return None;
    }
    Some(line.trim_end().to_owned())
}
