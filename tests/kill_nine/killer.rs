//! Starts processes, and kills them at random moments.

use std::fs::{self, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::journal::LINE;
use crate::random::Random;
use crate::site::Site;
use crate::worker::{FOLDER, TASK, Task};

const SIGKILL: i32 = 9;

/// When to kill.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// So long after the start: while it starts, or opens the ledger.
    After(Duration),
    /// Once the journal has grown by so many lines, and a little later: whatever the machine's speed, calls
    /// are under way then.
    Written(u64, Duration),
}

impl Moment {
    pub(crate) fn random(random: &mut Random) -> Self {
        if random.below(4) == 0 {
            // Up to 40 ms, and more often soon than late.
            let step = random.below(40);
            return Self::After(Duration::from_micros(step * step * 25));
        }
        let little = Duration::from_micros(random.below(3000));
        Self::Written(random.below(80), little)
    }

    fn wait(self, child: &mut Child, site: &Site, before: u64) {
        match self {
            Self::After(span) => sleep(span),
            Self::Written(lines, little) => {
                while length(site) < before + lines && child.try_wait().unwrap().is_none() {
                    sleep(Duration::from_micros(500));
                }
                sleep(little);
            }
        }
    }
}

/// How many lines the journal has.
fn length(site: &Site) -> u64 {
    fs::metadata(site.journal()).map_or(0, |journal| journal.len() / LINE as u64)
}

fn start(task: &Task) -> Child {
    let errors = OpenOptions::new().create(true).append(true).open(task.site.errors());
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FOLDER, task.site.folder())
        .env(TASK, task.to_text())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(errors.unwrap())
        .spawn()
        .unwrap()
}

/// Starts a process for each task and kills each at its moment. They run at the same time.
pub(crate) fn start_and_kill(tasks: &[(Task, Moment)]) {
    std::thread::scope(|scope| {
        for (task, moment) in tasks {
            scope.spawn(move || {
                let before = length(&task.site);
                let mut child = start(task);
                moment.wait(&mut child, &task.site, before);
                child.kill().unwrap();
                let status = child.wait().unwrap();
                let said = fs::read_to_string(task.site.errors()).unwrap();
                assert_eq!(status.signal(), Some(SIGKILL), "it ended by itself: {said}");
            });
        }
    });
}

/// Starts a process for each task at the same time, and waits until they are done.
pub(crate) fn start_and_wait(tasks: &[Task]) {
    let mut children: Vec<Child> = tasks.iter().map(start).collect();
    let ended: Vec<bool> =
        children.iter_mut().map(|child| child.wait().unwrap().success()).collect();
    let said = fs::read_to_string(tasks[0].site.errors()).unwrap();
    assert!(ended.iter().all(|success| *success), "{said}");
}
