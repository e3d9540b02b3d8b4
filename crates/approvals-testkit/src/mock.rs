//! A reviewer who answers by script, and remembers what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use approvals_core::{
    Approver, ApproverError, Ballot, Card, ChannelIdentity, Desk, NameError, Phase, Presented,
    Principal, StaticDirectory,
};
use async_trait::async_trait;

/// What the mock does with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Approves.
    Approve,
    /// Rejects, with a reason.
    Reject(String),
    /// Says nothing: the request waits until it expires.
    Silence,
    /// Cannot be reached.
    Unreachable,
    /// The inner answer, after a while of tokio's time.
    After(Duration, Box<Answer>),
}

/// An approver for tests: a person `reviewer` who answers by script, and a record of all cards.
///
/// The identity is `mock:reviewer`; [`directory`](Self::directory) makes a directory in which that is a
/// human of the groups that the test needs.
///
/// ```
/// use approvals_core::*;
/// use approvals_testkit::MockApprover;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let reviewer = MockApprover::rejecting("not today");
/// let keys = Keyring::generate()?;
/// let one = Obligations::new([Obligation::new("one")?.seats("ops", 1)?]);
/// let gate = Gate::builder()
///     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
///     .ledger(MemoryLedger::new("example.org/test", keys.log).await?)
///     .directory(MockApprover::directory(["ops"])?)
///     .approver(reviewer.clone())
///     .recorder_key(keys.recorder)
///     .grant_key(keys.grant)
///     .requester(Requester::new(Principal::agent("agent:a")?))
///     .build()
///     .await?;
///
/// let deploy = DynamicAction::from_json("deploy", b"{}")?;
/// let denied = gate.run(deploy, |_, _| async { Ok::<(), Denied>(()) }).await.unwrap_err();
/// assert_eq!(denied.to_string(), "u:reviewer rejected this action: not today. Do not ask for the same again");
/// assert_eq!(reviewer.cards()[0].document().action.as_str(), "deploy");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct MockApprover {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    otherwise: Answer,
    script: Mutex<VecDeque<Answer>>,
    cards: Mutex<Vec<Card>>,
    updates: Mutex<Vec<(Card, Phase)>>,
}

impl MockApprover {
    fn new(otherwise: Answer, script: impl IntoIterator<Item = Answer>) -> Self {
        let script = Mutex::new(script.into_iter().collect());
        Self {
            shared: Arc::new(Shared {
                otherwise,
                script,
                cards: Mutex::default(),
                updates: Mutex::default(),
            }),
        }
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

    /// The identity that it answers with.
    pub fn identity() -> Result<ChannelIdentity, NameError> {
        ChannelIdentity::new("mock", "reviewer")
    }

    /// A directory in which it is the human `u:reviewer`, member of `groups`.
    pub fn directory<'a>(
        groups: impl IntoIterator<Item = &'a str>,
    ) -> Result<StaticDirectory, NameError> {
        let reviewer = Principal::human("u:reviewer")?.member_of(groups)?;
        Ok(StaticDirectory::new().with(&reviewer, [Self::identity()?]))
    }

    /// Every card that it was shown, oldest first.
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        self.shared.cards.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every update that it was told.
    #[must_use]
    pub fn updates(&self) -> Vec<(Card, Phase)> {
        self.shared.updates.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn next_answer(&self) -> Answer {
        let mut script = self.shared.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.pop_front().unwrap_or_else(|| self.shared.otherwise.clone())
    }
}

#[async_trait]
impl Approver for MockApprover {
    fn channel(&self) -> &'static str {
        "mock"
    }

    async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
        self.shared.cards.lock().unwrap_or_else(PoisonError::into_inner).push(card.clone());
        let mut answer = self.next_answer();
        let mut wait = Duration::ZERO;
        while let Answer::After(span, inner) = answer {
            (wait, answer) = (wait.saturating_add(span), *inner);
        }
        let ballot = match answer {
            Answer::Approve => Ballot::approve(card),
            Answer::Reject(reason) => Ballot::reject(card, reason),
            Answer::Silence | Answer::After(..) => return Ok(Presented::new()),
            Answer::Unreachable => {
                return Err(ApproverError::new("the reviewer cannot be reached"));
            }
        };
        let ballot = ballot.map_err(ApproverError::new)?;
        let identity = Self::identity().map_err(ApproverError::new)?;
        let desk = desk.clone();
        // What the desk makes of it is the test's to see, in the outcome of the call.
        drop(tokio::spawn(async move {
            tokio::time::sleep(wait).await;
            desk.decide(&identity, ballot).await
        }));
        Ok(Presented::new())
    }

    async fn update(&self, card: &Card, phase: &Phase) -> Result<(), ApproverError> {
        let mut updates = self.shared.updates.lock().unwrap_or_else(PoisonError::into_inner);
        updates.push((card.clone(), phase.clone()));
        Ok(())
    }
}
