//! What the life of requests is meant to be, told again as simply as possible: people are sets of names, times are numbers,
//! and every question is answered by trying everything. It shares no code with what it is held against.

use std::collections::{BTreeMap, BTreeSet};

use super::people::{DAY, Millis, Person, Place, Rule, Vote, can_be_seated, heaps};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allow,
    Deny,
    Review(Vec<Rule>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Succeeded,
    Failed,
    Panicked,
    Dropped,
    Changed,
    NotRun,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Denied,
    Rejected,
    Expired,
    Withdrawn,
    Revoked,
    RevokedBySomebody,
    Undeliverable,
    Unsatisfiable,
    Stopped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Absent,
    Allowed,
    Pending,
    Granted,
    Started,
    Ran(How),
    Closed(Why),
    Resolved(bool),
}

/// Whose calls all of these are, and whom they are made for.
pub(super) const AGENT: &str = "agent:a";
pub(super) const OWNER: &str = "u:owner";
/// Who judges emergencies.
pub(super) const JUDGES: &str = "c";

/// What moves people: when, unless that depends on channels, and whom or where.
pub(super) type Move = (Option<Millis>, Option<&'static str>);

/// One request.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a model notes what has happened")]
pub(super) struct Case {
    pub(super) phase: Phase,
    pub(super) version: u64,
    pub(super) last: Millis,
    pub(super) asked_at: Millis,
    pub(super) rules: Option<Vec<Rule>>,
    pub(super) retry_after: Option<Millis>,
    pub(super) is_emergency: bool,
    pub(super) by_standing: bool,
    pub(super) votes: Vec<Vote>,
    pub(super) late: Vec<Vote>,
    pub(super) nudged: BTreeSet<Move>,
    /// Whether chat shows it, and since when it could not.
    pub(super) chat: (bool, Option<Millis>),
    /// Since when a rule may be followed on the web, as chat could not show it.
    pub(super) opened: BTreeMap<&'static str, Millis>,
    pub(super) granted_at: Option<Millis>,
    pub(super) started: Option<(Millis, u64)>,
    pub(super) has_ended: bool,
    pub(super) is_reviewed: bool,
}

impl Case {
    pub(super) fn time(&self, now: Millis) -> Millis {
        now.max(self.last)
    }

    pub(super) fn rules(&self) -> &[Rule] {
        self.rules.as_deref().unwrap_or_default()
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Allowed | Phase::Pending | Phase::Granted)
    }

    pub(super) fn is_in_doubt(&self) -> bool {
        matches!(self.phase, Phase::Started | Phase::Ran(How::Dropped))
    }

    /// Until when it may be approved, or started, if the policy allows it.
    fn approve_by(&self) -> Millis {
        let asked = self.rules().iter().map(|rule| rule.approve_within).min();
        self.asked_at + asked.unwrap_or(DAY)
    }

    fn votes_live(&self) -> Millis {
        self.rules().iter().map(|rule| rule.vote_lives).min().unwrap_or(0)
    }

    /// A grant tells whole seconds.
    pub(super) fn usable_until(&self) -> Option<Millis> {
        let within = self.rules().iter().map(|rule| rule.execute_within).min().unwrap_or(0);
        self.granted_at.map(|at| (at + within) / 1000 * 1000)
    }

    pub(super) fn is_overdue(&self, now: Millis) -> bool {
        let now = self.time(now);
        match self.phase {
            Phase::Allowed | Phase::Pending => now >= self.approve_by(),
            Phase::Granted => self.usable_until().is_some_and(|until| now >= until),
            _other => false,
        }
    }

    pub(super) fn restart_at(&self) -> Option<Millis> {
        let (at, _) = self.started.filter(|_| self.is_in_doubt())?;
        Some(at + self.retry_after?)
    }

    /// Nobody who asks, under any name; nor whom it is asked for, unless every rule lets them.
    fn is_outside(&self, person: &Person) -> bool {
        let owner_may = !self.rules().is_empty() && self.rules().iter().all(|rule| rule.owner_may);
        !person.names().contains(AGENT) && (owner_may || !person.names().contains(OWNER))
    }

    /// Whether the vote is by a member of `group` for `rule`; and by one who is not too new to approve.
    fn membership(&self, rule: &Rule, group: &'static str, vote: &Vote) -> (bool, bool) {
        let added = rule.escalate.filter(|(after, _)| *after <= vote.at - self.asked_at);
        let open = [Some(group), added.map(|(_, group)| group)];
        let seated = vote.lender.as_ref().unwrap_or(&vote.voter);
        let since: Vec<_> =
            open.into_iter().flatten().filter_map(|group| seated.groups.get(group)).collect();
        let is_settled = |since: &Option<Millis>| {
            since.is_none_or(|since| since <= self.asked_at || vote.at - since >= rule.cool_off)
        };
        (!since.is_empty(), since.into_iter().any(is_settled))
    }

    /// Whether the vote was given where the rule wants it.
    fn is_in_place(&self, rule: &Rule, vote: &Vote) -> bool {
        let web_from = match rule.place {
            Place::Anywhere => Some(self.asked_at),
            Place::Chat => None,
            Place::ThenWeb(Some(after)) => Some(self.asked_at + after),
            Place::ThenWeb(None) => self.opened.get(rule.name).copied(),
        };
        !vote.web || web_from.is_some_and(|from| from <= vote.at)
    }

    fn each_seat(rule: &Rule) -> impl Iterator<Item = &'static str> {
        rule.seats.iter().flat_map(|(group, count)| std::iter::repeat_n(*group, *count))
    }

    pub(super) fn admits(&self, vote: &Vote) -> bool {
        let could_sit = |rule: &Rule| {
            Self::each_seat(rule).any(|group| {
                let (is_member, is_settled) = self.membership(rule, group, vote);
                is_member && (is_settled && self.is_in_place(rule, vote) || !vote.approve)
            })
        };
        vote.people()
            .iter()
            .all(|person| self.is_outside(person) && (person.is_human || !vote.approve))
            && self.rules().iter().any(could_sit)
    }

    /// The approvals that count: they live, and their person has rejected nothing.
    pub(super) fn counting(&self, votes: &[Vote], now: Millis) -> Vec<Vec<Vote>> {
        let mut people = heaps(votes);
        people.retain(|votes| votes.iter().all(|vote| vote.approve));
        for votes in &mut people {
            votes.retain(|vote| now - vote.at < self.votes_live());
        }
        people
    }

    fn is_agreed_by(&self, votes: &[Vote], now: Millis) -> bool {
        let people = self.counting(votes, now);
        let seats_of = |rule: &Rule| -> Vec<BTreeSet<usize>> {
            let sitters = |group| {
                let can_sit = |n: &usize| {
                    people[*n].iter().any(|vote| {
                        self.admits(vote)
                            && self.membership(rule, group, vote).1
                            && self.is_in_place(rule, vote)
                    })
                };
                (0..people.len()).filter(can_sit).collect()
            };
            Self::each_seat(rule).map(sitters).collect()
        };
        let alone: Vec<_> =
            self.rules().iter().filter(|rule| !rule.shared).flat_map(seats_of).collect();
        let mut shared = self.rules().iter().filter(|rule| rule.shared);
        !self.rules().is_empty()
            && can_be_seated(&alone, &BTreeSet::new())
            && shared.all(|rule| can_be_seated(&seats_of(rule), &BTreeSet::new()))
    }

    pub(super) fn is_agreed(&self, now: Millis) -> bool {
        self.is_agreed_by(&self.votes, now)
    }

    /// Whether those whose approvals the grant rests on would still be enough, as the directory knows them now,
    /// without the votes that were lent and have been taken back.
    pub(super) fn still_agreed(
        &self,
        people: &[Option<Person>],
        lends: &dyn Fn(&Vote) -> bool,
    ) -> bool {
        let Some(granted_at) = self.granted_at else { return false };
        let now = |was: &Person| {
            let known = people.iter().flatten().find(|one| one.name == was.name);
            known.cloned()
        };
        let again = |vote: Vote| {
            let voter = now(&vote.voter)?;
            let lender = match &vote.lender {
                None => None,
                Some(_) if !lends(&vote) => return None,
                Some(was) => {
                    let mut lender = now(was)?;
                    lender.groups.retain(|group, _| was.groups.contains_key(group));
                    (!lender.groups.is_empty()).then_some(Some(lender))?
                }
            };
            Some(Vote { voter, lender, ..vote })
        };
        let votes = self.counting(&self.votes, granted_at).into_iter().flatten();
        self.is_agreed_by(&votes.filter_map(again).collect::<Vec<_>>(), granted_at)
    }

    fn is_vetoed(&self) -> bool {
        let against = |votes: &&Vec<Vote>| votes.iter().any(|vote| !vote.approve);
        let against = heaps(&self.votes).iter().filter(against).count();
        self.rules().iter().any(|rule| against >= rule.veto)
    }

    /// Whether this person has decided: rejected ever, or approved and that still lives.
    fn has_voted(&self, vote: &Vote) -> bool {
        let all: Vec<_> = self.votes.iter().chain([vote]).cloned().collect();
        let mut theirs = heaps(&all).into_iter().find(|heap| heap.contains(vote)).unwrap();
        theirs.pop();
        let lives = |other: &Vote| vote.at - other.at < self.votes_live();
        theirs.iter().any(|other| !other.approve || (vote.approve && lives(other)))
    }

    /// A vote, and the grant in the same breath if it was the one that was missing and `grant` says so.
    pub(super) fn vote(&mut self, vote: Vote, is_about_this: bool, grant: bool) -> bool {
        let at = vote.at;
        if !is_about_this {
            return false;
        }
        let is_taken = matches!(self.phase, Phase::Pending | Phase::Granted)
            && self.admits(&vote)
            && !self.is_overdue(at)
            && (self.phase == Phase::Pending || !vote.approve)
            && !self.has_voted(&vote);
        if !is_taken {
            self.note_late(vote);
            return false;
        }
        self.votes.push(vote.clone());
        self.happens(at);
        if self.phase == Phase::Granted {
            self.end(Phase::Closed(Why::RevokedBySomebody), at);
        } else if !vote.approve && self.is_vetoed() {
            self.end(Phase::Closed(Why::Rejected), at);
        } else if grant {
            self.issue(at);
        }
        true
    }

    /// What comes too late is written down once for each person and choice, and changes nothing.
    fn note_late(&mut self, vote: Vote) {
        let is_over = match self.phase {
            Phase::Absent | Phase::Allowed => false,
            Phase::Pending => self.is_overdue(vote.at),
            Phase::Granted => vote.approve,
            _started_or_ended => true,
        };
        let is_first = !self
            .late
            .iter()
            .any(|late| late.approve == vote.approve && late.shares_a_person_with(&vote));
        if is_over && is_first && self.admits(&vote) {
            self.happens(vote.at);
            self.late.push(vote);
        }
    }

    pub(super) fn issue(&mut self, at: Millis) -> bool {
        let is_agreed = self.phase == Phase::Pending && self.is_agreed(at);
        if is_agreed {
            self.granted_at = Some(at);
            self.end(Phase::Granted, at);
        }
        is_agreed
    }

    /// What moves people next, and how long after it was asked.
    pub(super) fn next_nudge(&self) -> Option<(Millis, Move)> {
        let unseen = self.chat.1.filter(|_| !self.chat.0);
        let of_rule = |rule: &Rule| {
            let web = match rule.place {
                Place::Anywhere | Place::Chat => None,
                Place::ThenWeb(Some(after)) => Some((after, (Some(after), Some("web")))),
                Place::ThenWeb(None) => {
                    unseen.map(|at| (at - self.asked_at, (None, Some(rule.name))))
                }
            };
            let reminder = rule.remind.map(|after| (after, (Some(after), None)));
            let step = rule.escalate.map(|(after, group)| (after, (Some(after), Some(group))));
            [reminder, step, web].into_iter().flatten()
        };
        let all = self.rules().iter().flat_map(of_rule);
        let open = all.filter(|(_, step)| !self.nudged.contains(step));
        // What is due at some time before what is due since then.
        let next = open.min_by_key(|(due, (timed, to))| (*due, timed.is_none(), *to));
        next.filter(|_| self.phase == Phase::Pending)
    }

    /// A channel shows the card, or cannot.
    pub(super) fn note(&mut self, now: Millis, shown: bool, web: bool) -> bool {
        let (at, is_open) = (self.time(now), matches!(self.phase, Phase::Pending | Phase::Granted));
        if is_open {
            match (web, shown) {
                (false, true) => self.chat.0 = true,
                (false, false) => self.chat.1 = self.chat.1.or(Some(at)),
                (true, _) => {}
            }
            self.happens(at);
        }
        is_open
    }

    pub(super) fn happens(&mut self, at: Millis) {
        self.version += 1;
        self.last = at;
    }

    pub(super) fn end(&mut self, phase: Phase, at: Millis) {
        self.phase = phase;
        self.happens(at);
    }
}
