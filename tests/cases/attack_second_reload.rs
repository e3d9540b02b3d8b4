//! Attacks on a policy file that gates follow.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use approvals::*;
use approvals_testkit::FaultyLedger;

use crate::world::*;

const GUARDED: &str = r#"
version = 1
default = "deny"
[obligation.one]
quorum = [{ group = "ops", count = 1 }]
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
[[rule]]
id = "changes"
action = "approvals.policy"
require = ["one"]
"#;

const OPEN: &str = r#"
version = 1
default = "deny"
[[rule]]
id = "reads"
action = "db.read"
effect = "allow"
"#;

const FREEZE: &str = r#"
[[rule]]
id = "freeze"
action = "db.*"
effect = "deny"
"#;

fn read() -> DynamicAction {
    DynamicAction::from_json("db.read", b"{}").unwrap()
}

/// A file of this test's own.
fn file(text: &str) -> PathBuf {
    let file = folder().join("policy.toml");
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test(start_paused = true)]
async fn two_gates_that_follow_one_file_both_go_on_once_people_have_agreed() {
    let file = file(GUARDED);
    let one = World::with(|gate| gate.policy_file(&file)).await;
    let other = World::on(one.ledger.clone(), one.people.clone(), |gate| gate.policy_file(&file));
    let other = other.await;
    std::fs::write(&file, GUARDED.replace("\"reads\"", "\"still-reads\"")).unwrap();
    look().await;
    one.approve("ann").await.unwrap();
    look().await;
    one.run(read()).await.unwrap();
    // What the other gate has asked people about is in force by now.
    assert_eq!(other.run(read()).await, Ok(()), "its file is the policy in force");
    assert!(other.approve("ann").await.is_err(), "and nobody is asked about it any more");
    tokio::time::sleep(MINUTE * 60 * 24).await;
    look().await;
    assert_eq!(other.run(read()).await, Ok(()), "a day later as well");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_denies_more_is_taken_over_once_the_ledger_is_back() {
    let (file, away) = (file(OPEN), Arc::new(AtomicBool::new(false)));
    let ledger = memory().await;
    let flaky = FaultyLedger::failing_while(ledger.clone(), &away);
    let more = |gate: GateBuilder| gate.policy_file(&file).ledger(flaky);
    let world = World::on(ledger, People::default(), more).await;
    away.store(true, Ordering::SeqCst);
    std::fs::write(&file, format!("{OPEN}{FREEZE}")).unwrap();
    look().await;
    away.store(false, Ordering::SeqCst);
    for _ in 0..20 {
        look().await;
    }
    let ran = world.run(read()).await;
    assert!(ran.is_err(), "the file has frozen it for minutes, and it runs");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_half_written_does_not_rule() {
    let whole = format!("{OPEN}{FREEZE}");
    let file = file(&whole);
    let world = World::with(|gate| gate.policy_file(&file)).await;
    assert!(world.run(read()).await.is_err());
    // Whoever saves it is slow, or is stopped in between: what is there so far parses.
    std::fs::write(&file, whole.strip_suffix(FREEZE).unwrap()).unwrap();
    tokio::time::sleep(Duration::from_millis(2100)).await;
    std::thread::sleep(Duration::from_millis(30));
    tokio::time::sleep(Duration::from_millis(10)).await;
    let ran = world.run(read()).await;
    std::fs::write(&file, &whole).unwrap();
    assert!(ran.is_err(), "a beginning of the file, without its denials, has ruled");
}

#[test]
fn a_pipe_in_the_place_of_the_file_hangs_nothing() {
    let pipe = file("");
    std::fs::remove_file(&pipe).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (done, told) = std::sync::mpsc::channel();
    let path = pipe.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let gate = bare(memory().await).policy_file(&path).directory(People::default());
            let built = gate.approver(Wall::default()).build().await;
            drop(built);
        });
        drop(runtime);
        done.send(()).unwrap();
    });
    let built = told.recv_timeout(Duration::from_secs(5));
    // Lets the thread go.
    let _writer = std::fs::OpenOptions::new().read(true).write(true).open(&pipe);
    assert!(built.is_ok(), "the program has waited for five seconds to begin");
}
