//! Reviewers who answer by script, and remember what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use approvals_core::{
    Approver, ApproverError, Ballot, Card, ChannelIdentity, Desk, DeskError, NameError, Nudge,
    Phase, Presented, Principal, Refusal, StaticDirectory,
};
use async_trait::async_trait;
use tokio::time::Instant;

use crate::answer::{Answer, Seen, Timed};

/// An approver for tests: one person or several who answer by script, and a record of all cards.
///
/// Alone, it is a person called `reviewer`: the channel identity is `mock:reviewer`, and the directory has the
/// human `u:reviewer`. Others have names and groups of their own, and answer one [after](Self::then) the other.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Denied, DynamicAction, Obligation, Obligations, PolicyFn, Verdict};
/// use approvals_testkit::{MockApprover, Ran, TestGate};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mira = MockApprover::approving().named("mira").member_of(["ops"]);
/// let tom = MockApprover::rejecting("not on a Friday").named("tom").member_of(["sre"]);
/// let reviewers = mira.then(tom);
///
/// let both = Obligations::new([Obligation::new("both")?.seats("ops", 1)?.seats("sre", 1)?]);
/// let policy = PolicyFn::new("both/1", move |_| Verdict::Review(both.clone()))?;
/// let (gate, ran) = (TestGate::new(policy, &reviewers).await, Ran::default());
///
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// let denied = gate.run(deploy, async |_, _| {
///     ran.now();
///     Ok::<(), Denied>(())
/// });
///
/// let by_tom = "u:tom rejected this action: not on a Friday. Do not ask for the same again";
/// assert_eq!(denied.await.unwrap_err().to_string(), by_tom);
/// assert_eq!(reviewers.card().document().arguments["version"], 7);
/// ran.assert_never_ran();
/// gate.assert_never_started("app.deploy").await;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MockApprover {
    people: Vec<Person>,
    record: Arc<Mutex<Record>>,
}

/// Somebody behind the mock.
#[derive(Clone, Debug)]
struct Person {
    name: String,
    groups: Vec<String>,
    otherwise: Answer,
    script: Arc<Mutex<VecDeque<Answer>>>,
}

#[derive(Debug, Default)]
struct Record {
    cards: Vec<Card>,
    updates: Vec<(Card, Phase)>,
    nudges: Vec<(Card, Nudge)>,
    /// What was said, or will be once its time has come, and by whom.
    said: Vec<(String, Ballot)>,
    refusals: Vec<Refusal>,
    desk: Option<Desk>,
}

impl MockApprover {
    fn new(otherwise: Answer, script: impl IntoIterator<Item = Answer>) -> Self {
        let script = Arc::new(Mutex::new(script.into_iter().collect()));
        let person = Person { name: REVIEWER.to_owned(), groups: Vec::new(), otherwise, script };
        Self { people: vec![person], record: Arc::default() }
    }

    /// Approves everything.
    #[must_use]
    pub fn approving() -> Self {
        Self::new(Answer::Approve, [])
    }

    /// Rejects everything.
    #[must_use]
    pub fn rejecting(reason: &str) -> Self {
        Self::new(Answer::Reject(reason.to_owned()), [])
    }

    /// Answers one request after the other by `script`, and says nothing after its end.
    #[must_use]
    pub fn script(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::new(Answer::Silence, script)
    }

    /// The same under another name: `mira` is known as `mock:mira` and is the human `u:mira`. Of several
    /// people, this is about the last.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.people.last_mut().into_iter().for_each(|last| name.clone_into(&mut last.name));
        self
    }

    /// The same in these groups as well. Of several people, this is about the last.
    #[must_use]
    pub fn member_of<'a>(mut self, groups: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(last) = self.people.last_mut() {
            last.groups.extend(groups.into_iter().map(ToOwned::to_owned));
        }
        self
    }

    /// These people, and after them those behind `next`: on each card they answer in this order, but for
    /// [`Answer::After`]. The record is that of all of them; give it to the gate once it is complete.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        self.people.extend(next.people);
        self
    }

    /// The identity of somebody alone who was given no name.
    pub fn identity() -> Result<ChannelIdentity, NameError> {
        ChannelIdentity::new(CHANNEL, REVIEWER)
    }

    /// A directory in which that is the human `u:reviewer`, member of `groups`.
    pub fn directory<'a>(
        groups: impl IntoIterator<Item = &'a str>,
    ) -> Result<StaticDirectory, NameError> {
        Self::approving().member_of(groups).people()
    }

    /// A directory of everybody behind it.
    ///
    /// # Errors
    ///
    /// If somebody has a name, or a group, that nobody can have.
    pub fn people(&self) -> Result<StaticDirectory, NameError> {
        self.people_and(&[])
    }

    /// The same, everybody in these groups as well.
    pub(crate) fn people_and(&self, more: &[&str]) -> Result<StaticDirectory, NameError> {
        self.people.iter().try_fold(StaticDirectory::new(), |directory, person| {
            let groups = person.groups.iter().map(String::as_str).chain(more.iter().copied());
            let human = Principal::human(&format!("u:{}", person.name))?.member_of(groups)?;
            Ok(directory.with(&human, [ChannelIdentity::new(CHANNEL, &person.name)?]))
        })
    }

    /// How many people are behind it.
    pub(crate) fn count(&self) -> usize {
        self.people.len()
    }

    /// Every card that it was shown, oldest first.
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        self.record().cards.clone()
    }

    /// The card that it was shown last: [`document`](Card::document) has the action with its arguments, and
    /// `to_string` is what people read.
    ///
    /// # Panics
    ///
    /// If nobody was asked anything.
    #[must_use]
    #[expect(clippy::panic, reason = "a test that expects a card fails without one")]
    pub fn card(&self) -> Card {
        let last = self.record().cards.last().cloned();
        last.unwrap_or_else(|| panic!("nobody behind this approver was asked anything so far"))
    }

    /// Every update that it was told.
    #[must_use]
    pub fn updates(&self) -> Vec<(Card, Phase)> {
        self.record().updates.clone()
    }

    /// Every reminder and escalation that it was told.
    #[must_use]
    pub fn nudges(&self) -> Vec<(Card, Nudge)> {
        self.record().nudges.clone()
    }

    /// Why the desk did not take answers that were given, oldest first.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        self.record().refusals.clone()
    }

    /// Has somebody answer now, whatever the script says. `name` is as in [`named`](Self::named).
    ///
    /// # Errors
    ///
    /// What the [desk](Desk::decide) says; [`Refusal::Unknown`] if it was shown no card yet.
    ///
    /// # Panics
    ///
    /// If nobody can have this name.
    #[expect(clippy::expect_used, reason = "a test with a name that nobody can have fails")]
    pub async fn decide(&self, name: &str, ballot: Ballot) -> Result<Phase, DeskError> {
        let identity = ChannelIdentity::new(CHANNEL, name).expect("people have such names");
        let desk = self.record().desk.clone().ok_or(Refusal::Unknown)?;
        self.record().said.push((name.to_owned(), ballot.clone()));
        desk.decide(&identity, ballot).await
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What everybody says about a card, by time, and notes all that for later.
    fn planned(&self, card: &Card, desk: &Desk) -> Result<Vec<(String, Timed)>, ApproverError> {
        let mut record = self.record();
        let before = record.cards.iter().rev().find(|one| one.id() != card.id()).cloned();
        record.cards.push(card.clone());
        record.desk = Some(desk.clone());
        let mut planned = Vec::new();
        for person in &self.people {
            let is_other =
                |(by, one): &&(String, Ballot)| *by == person.name && one.request != card.id();
            let said = record.said.iter().rev().find(is_other).map(|(_, ballot)| ballot);
            let seen = Seen { card, before: before.as_ref(), said };
            let ballots = person.next_answer().ballots(seen)?;
            planned.extend(ballots.into_iter().map(|timed| (person.name.clone(), timed)));
        }
        planned.sort_by_key(|(_, (wait, _))| *wait);
        record
            .said
            .extend(planned.iter().map(|(name, (_, ballot))| (name.clone(), ballot.clone())));
        Ok(planned)
    }
}

impl Person {
    fn next_answer(&self) -> Answer {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.pop_front().unwrap_or_else(|| self.otherwise.clone())
    }
}

const CHANNEL: &str = "mock";

/// Somebody alone who was given no name.
const REVIEWER: &str = "reviewer";

#[async_trait]
impl Approver for MockApprover {
    fn channel(&self) -> &'static str {
        CHANNEL
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        let planned = self.planned(card, desk)?;
        let identified = planned.into_iter().map(|(name, timed)| {
            Ok((ChannelIdentity::new(CHANNEL, &name).map_err(ApproverError::new)?, timed))
        });
        let identified = identified.collect::<Result<Vec<_>, ApproverError>>()?;
        let (mock, desk, shown) = (self.clone(), desk.clone(), Instant::now());
        drop(tokio::spawn(async move {
            for (identity, (wait, ballot)) in identified {
                tokio::time::sleep(wait.saturating_sub(shown.elapsed())).await;
                // Other errors are the test's to see, in the outcome of the call.
                if let Err(DeskError::Refused(refusal)) = desk.decide(&identity, ballot).await {
                    mock.record().refusals.push(refusal);
                }
            }
        }));
        Ok(Presented::new())
    }

    async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
        self.record().nudges.push((card.clone(), nudge.clone()));
        Ok(())
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        self.record().updates.push((card.clone(), phase.clone()));
        Ok(())
    }
}

#[cfg(test)]
#[path = "mock_tests.rs"]
mod tests;
