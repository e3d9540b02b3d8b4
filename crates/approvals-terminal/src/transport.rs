//! The terminal itself: the only input and output of this crate.
//!
//! The modes of the terminal are never changed. Nothing here blocks for longer than a [`TICK`].

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, QueueSelector, Termios, isatty, tcflush, tcgetattr, tcgetpgrp,
    tcgetwinsize,
};

use crate::answer::MAX_LINE;
use crate::message::Screen;

/// How long one look at the terminal takes at most.
pub(crate) const TICK: Duration = Duration::from_millis(200);

/// An open terminal.
#[derive(Debug)]
pub(crate) struct Terminal {
    fd: OwnedFd,
}

/// What came from the keyboard within a tick.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// No whole line yet.
    Nothing,
    /// A line, without its end.
    Line(Vec<u8>),
    /// The end of input: Ctrl-D on an empty line.
    End,
}

impl Terminal {
    /// Opens it without making it the controlling terminal. The open file is our own, so that not blocking
    /// on it changes nothing for others who have the terminal open.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty())?;
        if isatty(&fd) { Ok(Self { fd }) } else { Err(Errno::NOTTY.into()) }
    }

    /// Whether it is for us to ask here now: not from the background, where reading would stop the program,
    /// and not while something else, such as an editor, has taken the terminal out of line mode.
    pub(crate) fn is_ours(&self) -> bool {
        let is_front = match tcgetpgrp(&self.fd) {
            Ok(front) => front == getpgrp(),
            // Not the controlling terminal, so there is no background.
            Err(error) => error == Errno::NOTTY,
        };
        is_front
            && tcgetattr(&self.fd).is_ok_and(|modes| modes.local_modes.contains(LocalModes::ICANON))
    }

    pub(crate) fn screen(&self) -> Screen {
        let columns =
            tcgetwinsize(&self.fd).ok().map(|size| size.ws_col).filter(|columns| *columns > 0);
        Screen { columns, is_utf8: tcgetattr(&self.fd).is_ok_and(|modes| is_utf8(&modes)) }
    }

    /// Writes as much of `text` as the terminal takes within a tick, and returns the rest.
    pub(crate) fn write<'a>(&self, text: &'a [u8]) -> io::Result<&'a [u8]> {
        self.wait(PollFlags::OUT)?;
        match rustix::io::write(&self.fd, text) {
            Ok(written) => Ok(text.get(written..).unwrap_or_default()),
            Err(Errno::AGAIN | Errno::INTR) => Ok(text),
            Err(error) => Err(error.into()),
        }
    }

    /// Throws away what has been typed and not been read.
    pub(crate) fn discard_input(&self) -> io::Result<()> {
        Ok(tcflush(&self.fd, QueueSelector::IFlush)?)
    }

    /// Listens for a tick. `typed` keeps what has come of the line so far.
    pub(crate) fn hear(&self, typed: &mut Vec<u8>) -> io::Result<Heard> {
        self.wait(PollFlags::IN)?;
        let mut bytes = [0_u8; 4096];
        match rustix::io::read(&self.fd, &mut bytes) {
            Ok(0) => Ok(Heard::End),
            Ok(read) => Ok(collect(typed, bytes.get(..read).unwrap_or_default())),
            // Somebody else who reads this terminal was faster, or nothing came.
            Err(Errno::AGAIN | Errno::INTR) => Ok(Heard::Nothing),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for a tick, neither reading nor writing. An error says that the terminal is gone.
    pub(crate) fn rest(&self) -> io::Result<()> {
        self.wait(PollFlags::empty())
    }

    /// Waits for a tick at most. An error says that the terminal is gone.
    fn wait(&self, events: PollFlags) -> io::Result<()> {
        let tick = Timespec { tv_sec: 0, tv_nsec: i64::from(TICK.subsec_nanos()) };
        let mut fds = [PollFd::new(&self.fd, events)];
        match poll(&mut fds, Some(&tick)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [polled] = fds;
        if polled.revents().intersects(PollFlags::HUP | PollFlags::ERR) {
            return Err(Errno::IO.into());
        }
        // macOS cannot poll `/dev/tty`. Looking every tick is as good.
        if polled.revents().contains(PollFlags::NVAL) {
            thread::sleep(TICK);
        }
        Ok(())
    }
}

/// Adds what was read to the line, which is complete with its first line end. What follows that is not
/// looked at. A line that is too long is kept just long enough to be seen as such.
fn collect(typed: &mut Vec<u8>, read: &[u8]) -> Heard {
    let mut parts = read.splitn(2, |byte| *byte == b'\n');
    let room = MAX_LINE.saturating_add(1).saturating_sub(typed.len());
    typed.extend(parts.next().unwrap_or_default().iter().take(room));
    if parts.next().is_some() { Heard::Line(std::mem::take(typed)) } else { Heard::Nothing }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn is_utf8(modes: &Termios) -> bool {
    modes.input_modes.contains(InputModes::IUTF8)
}

/// Where terminals cannot say so, it is not assumed.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn is_utf8(_modes: &Termios) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_line_is_the_same_in_however_many_pieces_it_comes(line in "[^\n]{0,200}", at in 0_usize..200, next in ".{0,20}") {
            let bytes = format!("{line}\n{next}").into_bytes();
            let (first, second) = bytes.split_at(at.min(line.len()));
            let mut typed = Vec::new();
            prop_assert_eq!(collect(&mut typed, first), Heard::Nothing);
            prop_assert_eq!(collect(&mut typed, second), Heard::Line(line.into_bytes()));
            prop_assert!(typed.is_empty(), "what follows a line is not kept");
        }
    }

    #[test]
    fn a_line_without_end_takes_no_more_memory_than_the_longest_line() {
        let mut typed = Vec::new();
        for _ in 0..100 {
            assert_eq!(collect(&mut typed, &[b'a'; 4096]), Heard::Nothing);
        }
        assert_eq!(typed.len(), MAX_LINE + 1);
        assert_eq!(collect(&mut typed, b"\n"), Heard::Line(vec![b'a'; MAX_LINE + 1]));
    }
}
