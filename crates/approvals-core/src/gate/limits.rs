//! How much one requester may ask of people, and write into the log.

use std::time::Duration;

/// What keeps an agent from wearing reviewers down, and from filling the ledger with what it is refused. Counted
/// for each requester, over all processes that share the ledger; what somebody asks about the approvals themselves, such
/// as to lift a stop, counts apart from their other calls. To make a stop asks nobody, and is not limited.
///
/// Whoever asks too much is told so with [`Denied::TooMany`](crate::Denied::TooMany), and nothing is recorded.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Denied, DynamicAction, Gate, Limits};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
/// # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
/// let limits = Limits::default().pending(1).cool_down(Duration::from_secs(600));
/// let gate = Gate::builder().limits(limits)
/// #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
/// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
/// #     .directory(StaticDirectory::new().with(&mira, [ChannelIdentity::new("memory", "mira")?]))
/// #     .recorder_key(keys.recorder).grant_key(keys.grant).approver(InMemoryApprover::new())
/// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
///     .build().await?;
///
/// let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
/// gate.submit(deploy.clone().key("to-berlin")?).await?;
/// let second = gate.submit(deploy.key("to-paris")?).await;
/// assert!(matches!(second, Err(Denied::TooMany { .. })));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many of its requests may wait at the same time; 50 unless said otherwise.
    pub pending: usize,
    /// How many requests to people it may make within an hour; 500 unless said otherwise.
    pub per_hour: usize,
    /// How long after a rejection the same action with the same arguments may not be asked for again; one
    /// minute unless said otherwise.
    pub cool_down: Duration,
    /// How many of its calls are recorded within an hour that are refused at once, by the policy, a stop, or for want
    /// of people; 500 unless said otherwise. Those beyond are refused all the same, in the same words, and only a
    /// warning is traced.
    pub refused_per_hour: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            refused_per_hour: 500,
            pending: 50,
            per_hour: 500,
            cool_down: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// The same, with at most `count` requests that wait at the same time.
    #[must_use]
    pub fn pending(self, count: usize) -> Self {
        Self { pending: count, ..self }
    }

    /// The same, with at most `count` requests within an hour.
    #[must_use]
    pub fn per_hour(self, count: usize) -> Self {
        Self { per_hour: count, ..self }
    }

    /// The same, with this pause after a rejection.
    #[must_use]
    pub fn cool_down(self, span: Duration) -> Self {
        Self { cool_down: span, ..self }
    }

    /// The same, with at most `count` calls within an hour that are refused at once and recorded.
    #[must_use]
    pub fn refused_per_hour(self, count: usize) -> Self {
        Self { refused_per_hour: count, ..self }
    }
}
