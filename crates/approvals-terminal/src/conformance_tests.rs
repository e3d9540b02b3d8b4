//! The terminal keeps what every approver promises, with somebody at a pseudo terminal.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use approvals_core::{Approver, Card, ChannelIdentity, RequestId};
use approvals_testkit::conformance::approver::{Reviewing, all};
use async_trait::async_trait;

use crate::TerminalApprover;
use crate::harness_tests::Person;
use crate::session::Care;

/// Somebody who answers one question after the other.
#[derive(Debug)]
struct Seat {
    approver: TerminalApprover,
    reading: Mutex<Reading>,
}

#[derive(Debug)]
struct Reading {
    person: Person,
    /// What is on the screen since the last answer.
    screen: String,
    /// Whose question that is.
    asked: Option<RequestId>,
}

impl Seat {
    fn new() -> Self {
        let person = Person::new();
        let care = Care { dwell: Duration::from_millis(100), ..Care::default() };
        let approver = person.approver().with_care(care);
        let reading = Reading { person, screen: String::new(), asked: None };
        Self { approver, reading: Mutex::new(reading) }
    }

    /// Types an answer to the question about this card, and reads what the terminal says to it.
    fn answer(&self, card: &Card, line: impl FnOnce(&str) -> Option<String>) -> bool {
        let mut reading = self.reading.lock().unwrap();
        let Some(line) = reading.question(card).and_then(|question| line(&question)) else {
            return false;
        };
        reading.person.types(format!("{line}\n"));
        reading.screen.clear();
        assert!(reading.sees("\r\n\r\n", 100), "the terminal says what became of the answer");
        let rest = reading.screen.split_once("\r\n\r\n").unwrap().1.to_owned();
        (reading.screen, reading.asked) = (rest, None);
        true
    }
}

impl Reading {
    /// Whether these words come up, within so many tenths of a second.
    fn sees(&mut self, words: &str, tenths: u32) -> bool {
        for _ in 0..tenths {
            if self.screen.contains(words) {
                return true;
            }
            self.screen += &self.person.reads_for(Duration::from_millis(100));
        }
        self.screen.contains(words)
    }

    /// The card and its question, once the answer can be typed; none if there is none.
    fn question(&mut self, card: &Card) -> Option<String> {
        let is_asked = self.asked == Some(card.id());
        if !is_asked && !self.sees("to leave it:\r\n> ", 30) {
            return None;
        }
        self.asked = Some(card.id());
        Some(self.screen.clone())
    }
}

#[async_trait]
impl Reviewing for Seat {
    fn approver(&self) -> Arc<dyn Approver> {
        Arc::new(self.approver.clone())
    }

    fn identity(&self) -> ChannelIdentity {
        TerminalApprover::identity()
    }

    async fn shown(&self, card: &Card) -> Option<String> {
        self.reading.lock().unwrap().question(card)
    }

    async fn approve(&self, card: &Card) -> bool {
        self.answer(card, |question| {
            let code = question.split("\r\ntype ").nth(1)?.split_once(" to approve")?.0;
            Some(code.to_owned())
        })
    }

    async fn reject(&self, card: &Card, reason: &str) {
        self.answer(card, |_question| Some(format!("no {reason}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_keeps_what_every_approver_promises() {
    all(async || Seat::new()).await;
}
