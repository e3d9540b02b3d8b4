//! What somebody behind the mock says about one card, also where it goes astray on the way.

use std::time::Duration;

use approvals_core::{ApproverError, Ballot, Card};

/// What the mock does with one request.
///
/// Some of these are what networks and channels do to honest answers. None of them has an effect on a sound
/// gate; [`MockApprover::refusals`](crate::MockApprover::refusals) has what the desk made of it.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Denied, DynamicAction, Refusal};
/// use approvals_testkit::{Answer, MockApprover, Ran, TestGate};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let reviewer = MockApprover::script([Answer::Approve, Answer::Cross]);
/// let (gate, ran) = (TestGate::asking(&reviewer).await, Ran::default());
/// for table in ["scratch", "customers"] {
///     let drop = format!(r#"{{"table": "{table}"}}"#);
///     let drop = DynamicAction::from_json("db.drop", drop.as_bytes())?;
///     let _done_or_denied = gate
///         .run(drop, async |_, _| {
///             ran.now();
///             Ok::<(), Denied>(())
///         })
///         .await;
/// }
/// ran.assert_ran_once();
/// assert_eq!(reviewer.refusals(), [Refusal::OtherDigest]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Approves.
    Approve,
    /// Rejects, with a reason.
    Reject(String),
    /// Says nothing: the request waits until it expires.
    Silence,
    /// Cannot be reached: the channel fails, for everybody behind it.
    Unreachable,
    /// The inner answer, so long after the card was shown, in tokio's time. A longer time than the request has
    /// makes it late; longer times for some than for others change the order.
    After(Duration, Box<Answer>),
    /// All of these, one after the other: the same one twice is a double click.
    Each(Vec<Answer>),
    /// Sends once more, byte for byte, what this person said about another request before. If there is
    /// nothing, the channel fails.
    Replay,
    /// Approves this request with the digest of the card that was shown before it. If there is none, the
    /// channel fails.
    Cross,
}

/// Something that is said, and how long after the card was shown.
pub(crate) type Timed = (Duration, Ballot);

/// What somebody knows who answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) card: &'a Card,
    /// The card that was shown before it.
    pub(crate) before: Option<&'a Card>,
    /// What they said last about another request.
    pub(crate) said: Option<&'a Ballot>,
}

impl Answer {
    /// What is said, and when.
    pub(crate) fn ballots(&self, seen: Seen<'_>) -> Result<Vec<Timed>, ApproverError> {
        let now = |ballot| vec![(Duration::ZERO, ballot)];
        let card = seen.card;
        Ok(match self {
            Self::Approve => now(Ballot::approve(card).map_err(ApproverError::new)?),
            Self::Reject(reason) => now(Ballot::reject(card, reason).map_err(ApproverError::new)?),
            Self::Silence => Vec::new(),
            Self::Unreachable => {
                return Err(ApproverError::new("the reviewer cannot be reached"));
            }
            Self::After(span, inner) => {
                let mut ballots = inner.ballots(seen)?;
                for (wait, _) in &mut ballots {
                    *wait = wait.saturating_add(*span);
                }
                ballots
            }
            Self::Each(answers) => {
                let mut ballots = Vec::new();
                for answer in answers {
                    ballots.extend(answer.ballots(seen)?);
                }
                ballots
            }
            Self::Replay => now(seen.said.cloned().ok_or_else(|| {
                ApproverError::new("nothing was said about another request that could be replayed")
            })?),
            Self::Cross => {
                let before = seen.before.ok_or_else(|| {
                    ApproverError::new("no other card was shown whose digest could be taken")
                })?;
                let other = before.digest().map_err(ApproverError::new)?;
                let mut ballot = Ballot::approve(card).map_err(ApproverError::new)?;
                ballot.card = other;
                now(ballot)
            }
        })
    }
}
