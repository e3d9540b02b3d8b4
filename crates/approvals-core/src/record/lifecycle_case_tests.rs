//! What becomes of one request in the model, once it has been decided.

use std::collections::BTreeSet;

use super::model::{AGENT, Case, How, JUDGES, OWNER, Phase, Verdict, Why};
use super::people::{Millis, Person, Vote};
use super::world::{Again, asked_again};

impl Case {
    pub(super) fn start(
        &mut self,
        now: Millis,
        may: bool,
        again: Again,
        people: &[Option<Person>],
        lends: &dyn Fn(&Vote) -> bool,
    ) -> bool {
        let at = self.time(now);
        let is_due = match self.phase {
            Phase::Allowed | Phase::Granted => true,
            Phase::Started | Phase::Ran(How::Dropped) => {
                self.restart_at().is_some_and(|from| at >= from)
            }
            _other => false,
        };
        let policy_lets = match (asked_again(again, self.rules.as_ref()), &self.rules) {
            (Verdict::Deny, _) | (Verdict::Review(_), None) => false,
            (Verdict::Allow, None) => true,
            (Verdict::Allow, Some(_)) => self.by_standing || self.granted_at.is_some(),
            (Verdict::Review(asks), Some(had)) => {
                (self.by_standing || self.granted_at.is_some())
                    && asks.iter().all(|rule| had.contains(rule))
            }
        };
        let still_granted = self.granted_at.is_none()
            || (self.usable_until().is_some_and(|until| at < until)
                && self.still_agreed(people, lends));
        let in_time = !self.is_overdue(at);
        let starts = may && is_due && in_time && policy_lets && still_granted;
        if starts {
            self.started = Some((at, self.started.map_or(0, |(_, fence)| fence) + 1));
            self.has_ended = false;
            self.end(Phase::Started, at);
        }
        starts
    }

    pub(super) fn finish(&mut self, now: Millis, how: How, back: u64) -> bool {
        let is_told = matches!(how, How::Succeeded | How::Failed | How::Panicked);
        let is_awaited = match self.phase {
            Phase::Started => true,
            Phase::Resolved(_) => is_told && !self.has_ended,
            _other => false,
        };
        let is_newest = is_awaited && back == 0;
        if is_newest {
            self.has_ended = true;
            self.end(Phase::Ran(how), self.time(now));
        }
        is_newest
    }

    pub(super) fn close(&mut self, now: Millis, why: Why) -> bool {
        let holds = match why {
            // These follow from a vote at once, or never.
            Why::Rejected | Why::RevokedBySomebody => false,
            Why::Expired => self.is_overdue(now),
            _other => true,
        };
        let closes = self.is_open() && holds;
        if closes {
            self.end(Phase::Closed(why), self.time(now));
        }
        closes
    }

    pub(super) fn nudge(&mut self, now: Millis, right: bool) -> bool {
        let at = self.time(now);
        let next = self.next_nudge().filter(|(after, _)| right && at >= self.asked_at + after);
        next.is_some_and(|(_, next)| {
            self.happens(at);
            if let (None, Some(rule)) = next {
                self.opened.insert(rule, at);
            }
            self.nudged.insert(next)
        })
    }

    pub(super) fn resolve(&mut self, now: Millis, person: &Person, done: bool) -> bool {
        let mut groups = self.rules().iter().flat_map(|rule| {
            let seats = rule.seats.iter().map(|(group, _)| *group);
            seats.chain(rule.escalate.map(|(_, group)| group))
        });
        let is_asked =
            self.rules.is_none() || groups.any(|group| person.groups.contains_key(group));
        let may = self.is_in_doubt() && Self::may_judge(person) && is_asked;
        if may {
            self.end(Phase::Resolved(done), self.time(now));
        }
        may
    }

    pub(super) fn review(&mut self, now: Millis, person: &Person) -> bool {
        let is_due = self.is_emergency && self.started.is_some() && !self.is_reviewed;
        let votes = self.votes.clone();
        let mut decided = votes.iter().flat_map(|vote| [Some(&vote.voter), vote.lender.as_ref()]);
        let is_theirs = |one: &Person| !one.names().is_disjoint(&person.names());
        let has_decided = decided.any(|one| one.is_some_and(is_theirs));
        let may =
            is_due && Self::may_judge(person) && !has_decided && person.groups.contains_key(JUDGES);
        if may {
            self.is_reviewed = true;
            self.happens(self.time(now));
        }
        may
    }

    /// People who are not those that asked, whatever the rules let those do otherwise.
    fn may_judge(person: &Person) -> bool {
        let asking: BTreeSet<&str> = [AGENT, OWNER].into();
        person.is_human && person.names().is_disjoint(&asking)
    }
}
