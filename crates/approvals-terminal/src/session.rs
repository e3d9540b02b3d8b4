//! The thread that asks: one card at a time, from the card on the screen to what the desk made of the answer.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use approvals_core::canonical::CanonicalError;
use approvals_core::{Ballot, Cause, ChannelIdentity, Choice, Clock, DeskError, Outcome, Phase};

use crate::answer::{self, Answer, Unclear};
use crate::message;
use crate::queue::{Job, Queue};
use crate::transport::{Heard, TICK, Terminal};

/// How long a card is on the screen before an answer to it can be typed.
///
/// The eye alone needs a quarter of a second to notice that something has appeared, so keys that come within
/// half a second were meant for something else. It also covers input that is still on its way into the
/// terminal's queue, such as the rest of what was pasted, when the queue is emptied.
const DWELL: Duration = Duration::from_millis(500);

/// How many lines may count as nothing before the request is left to others.
const TRIES: u32 = 3;

/// How long the desk may take, in ticks: half a minute.
const DESK_TICKS: u32 = 150;

/// How long the last words about a request may take to write, in ticks.
const LAST_WORDS_TICKS: u32 = 5;

/// How it is made sure that answers are typed to what is on the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Care {
    pub(crate) dwell: Duration,
    /// Off only to prove that the tests of it can fail.
    pub(crate) discards_input: bool,
}

impl Default for Care {
    fn default() -> Self {
        Self { dwell: DWELL, discards_input: true }
    }
}

/// One terminal, and what waits for it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) queue: Arc<Queue>,
    pub(crate) terminal: Terminal,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) identity: ChannelIdentity,
    pub(crate) care: Care,
}

/// Why the conversation about a card ends before an answer was taken.
#[derive(Debug)]
enum Break {
    /// The request is no longer open.
    Over(Phase),
    /// The person leaves it to others, or has to.
    Left(&'static str),
    /// Something else has the terminal for now.
    Away,
    /// The program no longer asks.
    Stopped,
    /// There is no terminal any more.
    Gone(io::Error),
}

impl From<io::Error> for Break {
    fn from(error: io::Error) -> Self {
        Self::Gone(error)
    }
}

/// What became of an answer.
enum Taken {
    /// The desk has answered for good.
    Done,
    /// It can be given again.
    Again,
}

impl Session {
    /// Asks until nothing waits any more, or there is nobody to ask.
    pub(crate) fn serve(&self) {
        let mut unless_done = Abandon(Some(&self.queue));
        while let Some(job) = self.queue.next() {
            match self.settle(&job) {
                Ok(()) | Err(Break::Away) => {}
                Err(Break::Over(phase)) => self.say_last(&message::withdrawn(&phase)),
                Err(Break::Left(words)) => self.say_last(words),
                Err(Break::Stopped) => return self.say_last(message::STOPPED),
                Err(Break::Gone(error)) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the terminal is gone; what waited there is left open"
                    );
                    return;
                }
            }
        }
        // From here on the queue may have another thread.
        unless_done.0 = None;
    }

    /// One request, shown again whenever something else had the terminal: the card may be gone from the screen.
    fn settle(&self, job: &Job) -> Result<(), Break> {
        let mut tries = TRIES;
        loop {
            while !self.terminal.is_ours() {
                self.look(job)?;
                self.terminal.rest()?;
            }
            match self.talk(job, &mut tries) {
                Err(Break::Away) => {}
                end => return end,
            }
        }
    }

    /// Shows the card, and asks until the desk has an answer.
    fn talk(&self, job: &Job, tries: &mut u32) -> Result<(), Break> {
        let sheet = message::sheet(&job.card, self.terminal.screen())
            .ok_or(Break::Left(message::UNPRINTABLE))?;
        let code = sheet.code.as_deref();
        self.say(&sheet.text, job)?;
        loop {
            let left = self.clock.now().until(job.card.approve_by());
            let line = self.ask(&message::question(code, left, self.queue.waiting()), job)?;
            let taken = match answer::to_question(&line, code) {
                Answer::Approve => self.decide(job, Choice::Approve, Ballot::approve(&job.card))?,
                Answer::Reject(reason) => {
                    let reason = reason.map_or_else(|| self.ask_reason(job, tries), Ok)?;
                    self.decide(job, Choice::Reject, Ballot::reject(&job.card, reason))?
                }
                Answer::Skip => return Err(Break::Left(message::LEFT)),
                Answer::Blank => Taken::Again,
                Answer::Unclear(unclear) => {
                    self.count(unclear, job, tries)?;
                    Taken::Again
                }
            };
            if let Taken::Done = taken {
                return Ok(());
            }
        }
    }

    fn ask_reason(&self, job: &Job, tries: &mut u32) -> Result<String, Break> {
        loop {
            match answer::to_reason(&self.ask(message::REASON, job)?) {
                Ok(Some(reason)) => return Ok(reason),
                Ok(None) => {}
                Err(unclear) => self.count(unclear, job, tries)?,
            }
        }
    }

    /// Counts a line that is no answer; there may not be many, so that the code cannot be found by trying.
    fn count(&self, unclear: Unclear, job: &Job, tries: &mut u32) -> Result<(), Break> {
        self.say(&message::unclear(unclear), job)?;
        *tries = tries.saturating_sub(1);
        if *tries == 0 { Err(Break::Left(message::ENOUGH)) } else { Ok(()) }
    }

    /// Hands an answer to the desk, on the runtime that presented the card.
    fn decide(
        &self,
        job: &Job,
        choice: Choice,
        ballot: Result<Ballot, CanonicalError>,
    ) -> Result<Taken, Break> {
        let Ok(ballot) = ballot else { return Err(Break::Left(message::UNREADABLE)) };
        let (send, receive) = channel();
        let (desk, identity) = (job.desk.clone(), self.identity.clone());
        // A task rather than `block_on`: if the runtime is shut down or the desk panics, the sender is dropped,
        // and this thread goes on.
        drop(job.runtime.spawn(async move { send.send(desk.decide(&identity, ballot).await) }));
        for _ in 0..DESK_TICKS {
            match receive.recv_timeout(TICK) {
                Ok(result) => {
                    self.say_last(&message::result(choice, &result));
                    let is_final = matches!(result, Ok(_) | Err(DeskError::Refused(_)));
                    return Ok(if is_final { Taken::Done } else { Taken::Again });
                }
                Err(RecvTimeoutError::Timeout) if self.queue.is_stopped() => break,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.say_last(&message::unknown(job.card.id()));
        Ok(Taken::Done)
    }

    /// Asks, and returns the line that was typed after the question had been on the screen for a moment.
    fn ask(&self, question: &str, job: &Job) -> Result<Vec<u8>, Break> {
        self.say(question, job)?;
        self.dwell(job)?;
        if self.care.discards_input {
            self.terminal.discard_input()?;
        }
        self.say(message::MARK, job)?;
        let mut typed = Vec::new();
        loop {
            self.look(job)?;
            self.stay()?;
            match self.terminal.hear(&mut typed)? {
                Heard::Nothing => {}
                Heard::Line(line) => return Ok(line),
                Heard::End => {
                    self.say("\n", job)?;
                    return Err(Break::Left(message::LEFT));
                }
            }
        }
    }

    fn dwell(&self, job: &Job) -> Result<(), Break> {
        let mut left = self.care.dwell;
        while !left.is_zero() {
            self.look(job)?;
            let step = left.min(TICK);
            thread::sleep(step);
            left = left.saturating_sub(step);
        }
        self.stay()
    }

    /// Writes all of `text`, while there is a point in it.
    fn say(&self, text: &str, job: &Job) -> Result<(), Break> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            self.look(job)?;
            self.stay()?;
            rest = self.terminal.write(rest)?;
        }
        Ok(())
    }

    /// Writes what there is to say at the end, if the terminal takes it.
    fn say_last(&self, text: &str) {
        let mut rest = text.as_bytes();
        for _ in 0..LAST_WORDS_TICKS {
            if rest.is_empty() || self.stay().is_err() {
                return;
            }
            let Ok(next) = self.terminal.write(rest) else { return };
            rest = next;
        }
    }

    /// Whether there is still something to ask, and somebody who asks.
    fn look(&self, job: &Job) -> Result<(), Break> {
        if self.queue.is_stopped() {
            Err(Break::Stopped)
        } else if let Some(phase) = self.queue.ended() {
            Err(Break::Over(phase))
        } else if self.clock.now() >= job.card.approve_by() {
            Err(Break::Over(Phase::Ended(Outcome::Closed(Cause::Expired))))
        } else {
            Ok(())
        }
    }

    fn stay(&self) -> Result<(), Break> {
        if self.terminal.is_ours() { Ok(()) } else { Err(Break::Away) }
    }
}

/// Empties the queue when the thread ends early, even by a panic: nobody else would.
struct Abandon<'a>(Option<&'a Queue>);

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        if let Some(queue) = self.0 {
            queue.abandon();
        }
    }
}
