//! How far a long read is, on a terminal that watches.

use std::io::Write;

/// Logs with fewer events are done before anybody wonders.
const LONG: u64 = 20_000;
/// Events between two updates.
const STEP: u64 = 2_000;

/// Writes to a terminal, or nowhere.
pub(crate) struct Progress<'a> {
    to: Option<&'a mut dyn Write>,
    total: u64,
}

impl<'a> Progress<'a> {
    pub(crate) fn none() -> Self {
        Self { to: None, total: 0 }
    }

    pub(crate) fn on(terminal: &'a mut dyn Write) -> Self {
        Self { to: Some(terminal), total: 0 }
    }

    /// Before anything is read.
    pub(crate) fn begin(&mut self, total: u64) {
        self.total = total;
        self.say(&format!("hashing {total} events"));
    }

    /// So many events have been checked.
    pub(crate) fn reached(&mut self, done: u64) {
        if done.is_multiple_of(STEP) {
            let total = self.total;
            self.say(&format!("checking events: {done} of {total}"));
        }
    }

    /// Nothing more is to come: the line is cleared.
    pub(crate) fn end(&mut self) {
        self.say("");
    }

    fn say(&mut self, text: &str) {
        if self.total < LONG {
            return;
        }
        let Some(to) = &mut self.to else { return };
        // A terminal that cannot be written to changes nothing about the log.
        if write!(to, "\r\x1b[K{text}").and_then(|()| to.flush()).is_err() {
            self.to = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(total: u64) -> String {
        let mut terminal = Vec::new();
        let mut progress = Progress::on(&mut terminal);
        progress.begin(total);
        (1..=total).for_each(|done| progress.reached(done));
        progress.end();
        String::from_utf8(terminal).unwrap()
    }

    #[test]
    fn a_long_log_is_reported_and_the_line_is_cleared() {
        let text = said(LONG);
        assert!(text.contains("checking events: 2000 of 20000"), "{text}");
        assert!(text.ends_with("\r\x1b[K"), "{text}");
        assert_eq!(said(LONG - 1), "");
    }
}
