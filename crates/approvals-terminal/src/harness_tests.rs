//! What the tests share: a person at a pseudo terminal, and a gate that asks there.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use approvals_core::*;
use approvals_testkit::MockApprover;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, Termios, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use crate::TerminalApprover;
use crate::session::Care;

/// Somebody who reads a pseudo terminal and types there.
#[derive(Debug)]
pub(crate) struct Person {
    keys: File,
    /// Kept open, so that the terminal is there before and after it is asked at.
    terminal: OwnedFd,
    path: PathBuf,
    unread: Vec<u8>,
}

impl Person {
    pub(crate) fn new() -> Self {
        let keys = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let path = PathBuf::from(ptsname(&keys, Vec::new()).unwrap().into_string().unwrap());
        let terminal =
            rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        Self { keys: keys.into(), terminal, path, unread: Vec::new() }
    }

    pub(crate) fn approver(&self) -> TerminalApprover {
        TerminalApprover::at(&self.path)
    }

    /// The same with a check taken out, to see that the tests would notice.
    pub(crate) fn careless_approver(&self) -> TerminalApprover {
        self.approver().with_care(Care { discards_input: false, ..Care::default() })
    }

    pub(crate) fn types(&mut self, keys: impl AsRef<[u8]>) {
        self.keys.write_all(keys.as_ref()).unwrap();
    }

    /// Everything on the screen up to and with `words`, which must come within half a minute.
    pub(crate) fn reads(&mut self, words: &str) -> String {
        for _ in 0..300 {
            if let Some(at) =
                self.unread.windows(words.len()).position(|window| window == words.as_bytes())
            {
                let rest = self.unread.split_off(at.saturating_add(words.len()));
                return String::from_utf8_lossy(&std::mem::replace(&mut self.unread, rest))
                    .into_owned();
            }
            self.look(Duration::from_millis(100));
        }
        panic!("`{words}` is not on the screen, but: {}", String::from_utf8_lossy(&self.unread));
    }

    /// What else is on the screen after so long.
    pub(crate) fn reads_for(&mut self, span: Duration) -> String {
        let ticks = span.as_millis() / 100;
        for _ in 0..ticks {
            std::thread::sleep(Duration::from_millis(100));
            self.look(Duration::ZERO);
        }
        String::from_utf8(std::mem::take(&mut self.unread)).unwrap()
    }

    /// Reads a card and its question, up to where the answer is typed: what was shown, and the code.
    pub(crate) fn reads_card(&mut self) -> (String, String) {
        let shown = self.reads("to leave it:\r\n");
        let code = code_in(&shown);
        self.reads("> ");
        (shown, code)
    }

    pub(crate) fn resizes(&self, columns: u16) {
        tcsetwinsize(
            &self.terminal,
            Winsize { ws_col: columns, ws_row: 24, ws_xpixel: 0, ws_ypixel: 0 },
        )
        .unwrap();
    }

    pub(crate) fn sets(&self, change: impl FnOnce(&mut Termios)) {
        let mut modes = tcgetattr(&self.terminal).unwrap();
        change(&mut modes);
        tcsetattr(&self.terminal, OptionalActions::Now, &modes).unwrap();
    }

    pub(crate) fn modes(&self) -> Termios {
        tcgetattr(&self.terminal).unwrap()
    }

    /// Closes the window, and returns the dead terminal: while it is open, no other takes its path.
    pub(crate) fn hangs_up(self) -> OwnedFd {
        self.terminal
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn look(&mut self, within: Duration) {
        let within = Timespec { tv_sec: 0, tv_nsec: i64::from(within.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.keys, PollFlags::IN)];
        if poll(&mut fds, Some(&within)).unwrap() > 0 {
            let mut bytes = [0; 4096];
            let read = self.keys.read(&mut bytes).unwrap();
            self.unread.extend_from_slice(&bytes[..read]);
        }
    }
}

/// The code that the question names.
pub(crate) fn code_in(shown: &str) -> String {
    shown.split("\ntype ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Arc<AtomicI64>);

impl Watch {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_893_456_000_000)))
    }

    pub(crate) fn moves(&self, span: Duration) {
        self.0.fetch_add(span.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// How long the gates here wait for an approval.
pub(crate) const TEN_MINUTES: Duration = Duration::from_secs(600);

/// A gate that asks one of `ops` about everything.
pub(crate) async fn gate(approver: impl Approver + 'static) -> Gate {
    gate_with(SystemClock::default(), approver, InMemoryApprover::new()).await
}

/// The same by this clock, and with another channel beside the terminal.
pub(crate) async fn gate_with(
    clock: impl Clock + 'static,
    one: impl Approver + 'static,
    other: impl Approver + 'static,
) -> Gate {
    asking().await.clock(clock).approver(one).approver(other).build().await.unwrap()
}

/// The same without a channel.
pub(crate) async fn asking() -> GateBuilder {
    let asks =
        Obligation::new("one-of-ops").unwrap().seats("ops", 1).unwrap().approve_within(TEN_MINUTES);
    let asks = Obligations::new([asks]);
    let keys = Keyring::generate().unwrap();
    Gate::builder()
        .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(asks.clone())).unwrap())
        .ledger(MemoryLedger::new("example.org/terminal/test", Arc::new(keys.log)).await.unwrap())
        .directory(directory())
        .recorder_key(keys.recorder)
        .grant_key(keys.grant)
        .limits(
            Limits::default().pending(usize::MAX).per_hour(usize::MAX).cool_down(Duration::ZERO),
        )
        .requester(Requester::new(Principal::agent("agent:a").unwrap()))
}

/// Two people of `ops`: whoever is at the terminal, and somebody else.
fn directory() -> StaticDirectory {
    let here = Principal::human("u:here").unwrap().member_of(["ops"]).unwrap();
    let elsewhere = Principal::human("u:elsewhere").unwrap().member_of(["ops"]).unwrap();
    let elsewhere_is = [elsewhere_identity(), MockApprover::identity().unwrap()];
    StaticDirectory::new()
        .with(&here, [TerminalApprover::identity()])
        .with(&elsewhere, elsewhere_is)
}

pub(crate) fn elsewhere_identity() -> ChannelIdentity {
    ChannelIdentity::new("memory", "elsewhere").unwrap()
}

/// An action with these arguments.
pub(crate) fn action(arguments: &str) -> DynamicAction {
    DynamicAction::from_json("db.drop", arguments.as_bytes()).unwrap()
}

/// Runs it beside the test; `true` comes from the body.
pub(crate) fn runs(
    gate: &Gate,
    action: DynamicAction,
) -> tokio::task::JoinHandle<Result<bool, Denied>> {
    let gate = gate.clone();
    tokio::spawn(async move { gate.run(action, |_, _| async { Ok::<_, Denied>(true) }).await })
}

/// The cards that a gate makes of actions.
#[derive(Debug)]
pub(crate) struct Cards {
    runtime: tokio::runtime::Runtime,
    gate: Gate,
    reviewer: MockApprover,
}

impl Cards {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let reviewer = MockApprover::approving();
        let gate = runtime.block_on(gate(reviewer.clone()));
        Self { runtime, gate, reviewer }
    }

    pub(crate) fn of(&self, action: DynamicAction) -> Card {
        let ran =
            self.runtime.block_on(self.gate.run(action, |_, _| async { Ok::<_, Denied>(()) }));
        assert_eq!(ran, Ok(()));
        self.reviewer.cards().pop().unwrap()
    }
}
