//! The terminal as a channel.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use approvals_core::{
    Approver, ApproverError, Card, ChannelIdentity, Clock, Desk, Phase, Presented, SystemClock,
};
use async_trait::async_trait;
use tokio::runtime::Handle;

use crate::error::TerminalError;
use crate::message;
use crate::queue::{Job, Queue};
use crate::session::{Care, Session};
use crate::transport::Terminal;

/// The controlling terminal of the process, whatever its standard input is.
const CONTROLLING: &str = "/dev/tty";

/// Asks the person at this process's terminal, one request after the other.
///
/// The whole card is shown, and approved by typing its code: five letters and digits that belong to this
/// request and no other. `no` and a reason rejects it; `skip` or Ctrl-D leaves it to others, or to expire;
/// so does the third line that is none of these. What was typed before the question was on the screen is
/// thrown away. A card of more than 200 lines or 32 KiB, or on a terminal of under 40 columns, can only be
/// rejected here. The question is taken back when the request ends elsewhere.
///
/// The identity is the real user id of this process, [`identity`](Self::identity): the directory says which
/// person that is, and only then does it count. If the agent and the reviewer are the same account of the
/// host, this channel proves no more than that somebody had the keyboard.
///
/// Cards wait while this program is in the background, and while something else has the terminal out of line
/// mode, such as an editor. Whatever reads the same terminal, through standard input for instance, competes
/// for what is typed. Give all gates of a program clones of one approver, so that one asks after the other.
///
/// Dropping the last clone ends the questions within a fraction of a second, and leaves the requests open.
///
/// ```
/// # mod approvals { pub use approvals_core::*; pub use approvals_terminal::*; }
/// use approvals::{Approver, Principal, StaticDirectory};
/// use approvals::TerminalApprover;
///
/// let me = Principal::human("u:mira")?.member_of(["data-owners"])?;
/// let directory = StaticDirectory::new().with(&me, [TerminalApprover::identity()]);
/// let approver = TerminalApprover::new();
/// assert_eq!(approver.channel(), "terminal");
/// # drop(directory);
/// # Ok::<(), approvals_core::NameError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TerminalApprover {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    care: Care,
    asking: Arc<Asking>,
}

/// The queue, for as long as somebody may put something into it.
#[derive(Debug, Default)]
struct Asking(Arc<Queue>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.stop();
    }
}

impl TerminalApprover {
    /// Asks at the controlling terminal, `/dev/tty`. It is looked for when a card is presented.
    #[must_use]
    pub fn new() -> Self {
        Self::at(CONTROLLING)
    }

    /// Asks at another terminal, by its path: a console of the host, or a pseudo terminal in a test.
    ///
    /// Whoever can type there answers with the identity of this process.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            clock: Arc::new(SystemClock::default()),
            care: Care::default(),
            asking: Arc::default(),
        }
    }

    /// What time it is, to say how much is left and to take the question back. Give it the gate's clock; the
    /// operating system's unless said otherwise.
    #[must_use]
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Whom the directory must know for answers to count: `terminal` and `uid:` with the real user id of this
    /// process.
    ///
    /// ```
    /// # use approvals_terminal as approvals;
    /// let identity = approvals::TerminalApprover::identity();
    /// assert_eq!(identity.channel(), "terminal");
    /// assert!(identity.subject().starts_with("uid:"));
    /// ```
    #[must_use]
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "`uid:` and digits are always a valid name"
    )]
    pub fn identity() -> ChannelIdentity {
        let uid = rustix::process::getuid().as_raw();
        ChannelIdentity::new("terminal", &format!("uid:{uid}"))
            .expect("`uid:` and digits are a name")
    }

    #[cfg(test)]
    pub(crate) fn with_care(self, care: Care) -> Self {
        Self { care, ..self }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.asking.0.waiting()
    }

    fn put(&self, job: Job) -> Result<(), TerminalError> {
        if !message::is_showable(&job.card.to_string()) {
            return Err(TerminalError::Unprintable);
        }
        // Opened for each card, so that a terminal that is gone since is noticed here, and the gate told.
        let terminal = Terminal::open(&self.path).map_err(TerminalError::NoTerminal)?;
        let queue = Arc::clone(&self.asking.0);
        if !queue.join(job)? {
            return Ok(());
        }
        let session = Session {
            queue,
            terminal,
            clock: Arc::clone(&self.clock),
            identity: Self::identity(),
            care: self.care,
        };
        let started =
            thread::Builder::new().name("approvals-terminal".into()).spawn(move || session.serve());
        started.map(drop).map_err(|error| {
            self.asking.0.abandon();
            TerminalError::Thread(error)
        })
    }
}

impl Default for TerminalApprover {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Approver for TerminalApprover {
    fn channel(&self) -> &'static str {
        "terminal"
    }

    /// Returns once the card is in line, which a person may be busy at the head of.
    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let runtime =
            Handle::try_current().map_err(TerminalError::NoRuntime).map_err(ApproverError::new)?;
        self.put(Job { card: card.clone(), desk: desk.clone(), runtime })
            .map_err(ApproverError::new)?;
        Ok(Presented::new())
    }

    /// Takes the question back when the request is no longer open.
    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        if *phase != Phase::Pending {
            self.asking.0.end(card.id(), phase);
        }
        Ok(())
    }
}
