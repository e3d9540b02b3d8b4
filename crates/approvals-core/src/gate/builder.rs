//! Puts a gate together. A missing part is an error, never a default that lets things through.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use tokio::sync::Mutex;

use super::approver::{Approver, ApproverError};
use super::attended::Attended;
use super::awaited::Awaited;
use super::bell::Bells;
use super::desk::Desk;
use super::forward::Forwarder;
use super::keys::Keys;
use super::known::Known;
use super::limits::Limits;
use super::overview::Overview;
use super::policy_file;
use super::store_clock::StoreClock;
use super::tail::Tail;
use crate::action::canonical;
use crate::action::clock::{Clock, SystemClock};
use crate::action::described::LARGEST;
use crate::action::noncanonical::CanonicalError;
use crate::action::principal::Requester;
use crate::policy::policy::Policy;
use crate::policy::provider::FactProvider;
use crate::record::audit::AuditSink;
use crate::record::ledger::{Ledger, LedgerError};
use crate::record::signer::Signer;
use crate::review::directory::Directory;

/// The way through which every gated action runs. Clones are the same gate.
///
/// Put together with [`builder`](Self::builder); then either [installed](Self::install) for the whole
/// process, entered with [`scope`](Self::scope), or called: [`run`](Self::run) has an example of it all.
/// It needs a tokio runtime with time enabled.
///
/// ```
/// # use approvals_core::{self as approvals, *};
/// use approvals::{Denied, DynamicAction, Gate};
///
/// async fn report(gate: &Gate) -> Result<u32, Denied> {
///     let read = DynamicAction::from_json("db.read", br#"{"table": "orders"}"#)?;
///     gate.run(read, async |_permit, _read| Ok(412)).await
/// }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (keys, agent) = (Keyring::generate()?, Requester::new(Principal::agent("agent:reporter")?));
/// # let ledger = MemoryLedger::new("example.org/shop/test", keys.log).await?;
/// # let gate = Gate::builder().ledger(ledger).policy(PolicyFn::new("all/1", |_| Verdict::Allow)?).directory(StaticDirectory::new())
/// #     .approver(InMemoryApprover::new()).recorder_key(keys.recorder).grant_key(keys.grant).requester(agent).build().await?;
/// assert_eq!(report(&gate.clone()).await, Ok(412));
/// # Ok(()) }
/// ```
///
/// # Metrics
///
/// Each process counts what it writes into the log, for whatever recorder is installed for the
/// [`metrics`](https://docs.rs/metrics) facade. No label names a person, an action or an argument: those are in
/// the log, and in [`Report`](crate::Report).
///
/// | name | kind | labels |
/// |---|---|---|
/// | `approvals_requests_total` | counter | `verdict`: `allow`, `deny`, `review` |
/// | `approvals_decisions_total` | counter | `choice`: `approve`, `reject`; `in_time`: `true`, `false` |
/// | `approvals_decision_seconds` | histogram, seconds since it was asked | `choice` |
/// | `approvals_ended_total` | counter | `end`: how the body ended, such as `succeeded`, or what closed it, such as `expired` |
/// | `approvals_pending` | gauge: requests that people are to decide and this process looks after | |
/// | `approvals_denied_total` | counter of calls that did not run | `reason`: what their callers were told, such as `rejected`, `expired`, `no_requester` |
/// | `approvals_refused_votes_total` | counter of votes that were not taken | `reason`: such as `ineligible`, `twice`, `other_card`, `over` |
/// | `approvals_stage_seconds` | histogram, seconds | `stage`: `describe`, `rule`, `ask`, `wait`, `start`, `body`, `record` |
/// | `approvals_review_overdue_total` | counter of emergencies that were not reviewed in time | |
///
/// # Spans
///
/// For [`tracing`](https://docs.rs/tracing): each call has a span `approval` at level `INFO`, with `request`, `action` (its name) and
/// `digest`. The stages above have one each at level `DEBUG`, with `request`: `describe` before that of the call, `rule` in
/// `ask` and `start`, the others in the call's. None carries what callers or reviewers wrote.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Core>);

/// What gate and desk share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) origin: String,
    pub(super) policy: RwLock<Arc<dyn Policy>>,
    pub(super) providers: Vec<Arc<dyn FactProvider>>,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) approvers: Vec<Arc<dyn Approver>>,
    pub(super) forwarders: Vec<Arc<Forwarder>>,
    pub(super) recorder: Arc<dyn Signer>,
    pub(super) grantor: Arc<dyn Signer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) time: StoreClock,
    pub(super) limits: Limits,
    pub(super) requester: Option<Requester>,
    /// Whether calls have been made in scopes.
    pub(super) has_scopes: AtomicBool,
    pub(super) max_arguments: usize,
    pub(super) bells: Bells,
    pub(super) tail: Tail,
    pub(super) keys: Keys,
    pub(super) known: Known,
    pub(super) overview: Mutex<Overview>,
    pub(super) asking: Mutex<()>,
    pub(super) refusing: Mutex<()>,
    pub(super) attended: Attended,
    pub(super) awaited: Awaited,
}

impl Gate {
    /// Begins to put a gate together.
    pub fn builder() -> GateBuilder {
        GateBuilder::default()
    }

    /// The desk, for channels that take decisions in.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk::new(Arc::clone(&self.0))
    }

    /// The origin of its log, which names tenant and environment.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    pub(super) fn of(core: Arc<Core>) -> Self {
        Self(core)
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.0
    }

    /// Whether both are the same gate.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl AsRef<Gate> for Gate {
    fn as_ref(&self) -> &Gate {
        self
    }
}

/// The parts of a gate.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Gate, InMemoryApprover, Keyring, MemoryLedger, Principal, Requester, Rules, StaticDirectory};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let (rules, people) = ("version = 1\ndefault = \"deny\"", "version = 1");
/// let keys = Keyring::generate()?;
/// let gate = Gate::builder()
///     .policy(rules.parse::<Rules>()?)
///     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
///     .directory(people.parse::<StaticDirectory>()?)
///     .approver(InMemoryApprover::new())
///     .recorder_key(keys.recorder)
///     .grant_key(keys.grant);
///
/// let gate = gate.requester(Requester::new(Principal::agent("agent:reporter")?)).build().await?;
/// assert_eq!(gate.origin(), "example.org/shop/test");
///
/// let unfinished = Gate::builder().build().await.unwrap_err();
/// assert_eq!(unfinished.to_string(), "the gate has no ledger; give it one with `GateBuilder::ledger`");
/// # Ok(()) }
/// ```
#[derive(Debug, Default)]
#[must_use = "a gate is there once `build` has returned it"]
pub struct GateBuilder {
    policy: Option<Arc<dyn Policy>>,
    policy_file: Option<PathBuf>,
    providers: Vec<Arc<dyn FactProvider>>,
    limits: Limits,
    ledger: Option<Arc<dyn Ledger>>,
    directory: Option<Arc<dyn Directory>>,
    approvers: Vec<Arc<dyn Approver>>,
    sinks: Vec<Arc<dyn AuditSink>>,
    recorder: Option<Arc<dyn Signer>>,
    grantor: Option<Arc<dyn Signer>>,
    clock: Option<Arc<dyn Clock>>,
    requester: Option<Requester>,
    max_arguments: Option<usize>,
}

/// A gate that could not be put together. [`GateBuilder`] has an example.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A part is missing.
    #[error("the gate has no {part}; give it one with `GateBuilder::{method}`")]
    Missing {
        /// What is missing, such as `ledger`.
        part: &'static str,
        /// The method of [`GateBuilder`] that gives it.
        method: &'static str,
    },
    /// There are both a policy and a policy file.
    #[error("the gate has a policy and a policy file; leave one of them out")]
    TwoPolicies,
    /// The recorder key is the grant key as well.
    #[error(
        "the recorder and grant keys are the same; make one for each purpose with `approvals keys new`"
    )]
    SameKey,
    /// Two channels have one name, so nobody could tell whose messages and answers are whose.
    #[error("two channels of the gate are called `{channel}`; give one of them another name")]
    TwoChannels {
        /// The name.
        channel: String,
    },
    /// The ledger could not be read or written.
    #[error("the gate's ledger failed")]
    Ledger(#[from] LedgerError),
    /// An event has no canonical form.
    #[error("an event could not be written")]
    Event(#[from] CanonicalError),
    /// A channel could not begin to listen.
    #[error("the channel `{channel}` could not be opened: {}", source.cause())]
    Channel {
        /// The name of the channel.
        channel: String,
        /// What went wrong.
        source: ApproverError,
    },
}

impl GateBuilder {
    /// What rules on calls. Required.
    pub fn policy(self, policy: impl Policy + 'static) -> Self {
        Self { policy: Some(Arc::new(policy)), ..self }
    }

    /// The [`Rules`](crate::Rules) in this file, in the place of [`policy`](Self::policy). A file that cannot be
    /// loaded when the gate is built denies everything. It is looked at every two seconds: new rules that two
    /// looks in a row have found take over once they load and people have agreed, where the rules so far ask for
    /// that (a rule about `approvals.policy`). Until then, and if they do not agree, the last good ones stay, and
    /// an error is traced; what failed otherwise is tried again. Gates that follow the same file take over what
    /// people have agreed to at one of them.
    ///
    /// Put a new file in its place by renaming it, so that nobody finds it half-written, however long that takes.
    pub fn policy_file(self, path: impl Into<PathBuf>) -> Self {
        Self { policy_file: Some(path.into()), ..self }
    }

    /// What knows facts that the policy needs. All of them are asked.
    pub fn facts(mut self, provider: impl FactProvider + 'static) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// How much one requester may ask of people.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Where events are kept. Required.
    pub fn ledger(self, ledger: impl Ledger + 'static) -> Self {
        Self { ledger: Some(Arc::new(ledger)), ..self }
    }

    /// Who is who. Required.
    pub fn directory(self, directory: impl Directory + 'static) -> Self {
        Self { directory: Some(Arc::new(directory)), ..self }
    }

    /// A channel that puts requests before people. At least one is required; all of them are used.
    pub fn approver(mut self, approver: impl Approver + 'static) -> Self {
        self.approvers.push(Arc::new(approver));
        self
    }

    /// The key that signs decisions on behalf of channels. Required.
    pub fn recorder_key(self, key: impl Signer + 'static) -> Self {
        Self { recorder: Some(Arc::new(key)), ..self }
    }

    /// The key that signs grants. Required, and another than the recorder key.
    pub fn grant_key(self, key: impl Signer + 'static) -> Self {
        Self { grantor: Some(Arc::new(key)), ..self }
    }

    /// Where events are sent on as well.
    pub fn audit_sink(mut self, sink: impl AuditSink + 'static) -> Self {
        self.sinks.push(Arc::new(sink));
        self
    }

    /// What time it is. The operating system's clock unless said otherwise.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Some(Arc::new(clock)), ..self }
    }

    /// Whose calls these are outside any [scope](Gate::scope). Without one, such calls are denied, and so they are
    /// once a scope has been used: they could have been spawned in it.
    pub fn requester(self, requester: Requester) -> Self {
        Self { requester: Some(requester), ..self }
    }

    /// How large the arguments of one call may be, in canonical bytes: 256 KiB unless said otherwise, and
    /// at most 512 KiB.
    pub fn max_arguments(self, bytes: usize) -> Self {
        Self { max_arguments: Some(bytes.min(LARGEST)), ..self }
    }

    /// Puts the parts together.
    ///
    /// Writes the public keys that it signs with into the log, if they are not there yet.
    pub async fn build(self) -> Result<Gate, BuildError> {
        let missing = |part, method| BuildError::Missing { part, method };
        let ledger = self.ledger.ok_or(missing("ledger", "ledger"))?;
        let policy = match (self.policy, &self.policy_file) {
            (Some(policy), None) => policy,
            (None, Some(path)) => policy_file::load(path).await,
            (None, None) => return Err(missing("policy", "policy")),
            (Some(_), Some(_)) => return Err(BuildError::TwoPolicies),
        };
        let directory = self.directory.ok_or(missing("directory", "directory"))?;
        let recorder = self.recorder.ok_or(missing("recorder key", "recorder_key"))?;
        let grantor = self.grantor.ok_or(missing("grant key", "grant_key"))?;
        if self.approvers.is_empty() {
            return Err(missing("approver", "approver"));
        }
        each_has_its_name(&self.approvers)?;
        if recorder.public_key() == grantor.public_key() {
            return Err(BuildError::SameKey);
        }
        let head = ledger.head().await?.checkpoint;
        let core = Arc::new(Core {
            origin: head.origin().to_owned(),
            policy: RwLock::new(policy),
            providers: self.providers,
            ledger,
            directory,
            approvers: self.approvers,
            forwarders: self.sinks.into_iter().map(|sink| Arc::new(Forwarder::new(sink))).collect(),
            recorder,
            grantor,
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            time: StoreClock::default(),
            limits: self.limits,
            requester: self.requester,
            has_scopes: AtomicBool::new(false),
            max_arguments: self.max_arguments.unwrap_or(canonical::MAX_BYTES),
            bells: Bells::default(),
            tail: Tail::default(),
            keys: Keys::default(),
            known: Known::default(),
            overview: Mutex::default(),
            asking: Mutex::default(),
            refusing: Mutex::default(),
            attended: Attended::default(),
            awaited: Awaited::default(),
        });
        core.meet_last_event(head.size()).await?;
        core.publish_keys().await?;
        core.publish_policy().await?;
        core.follow_log();
        core.open_channels().await?;
        if let Some(path) = self.policy_file {
            core.follow(path);
        }
        Ok(Gate(core))
    }
}

fn each_has_its_name(approvers: &[Arc<dyn Approver>]) -> Result<(), BuildError> {
    let mut names = HashSet::new();
    match approvers.iter().find(|approver| !names.insert(approver.channel())) {
        Some(twice) => Err(BuildError::TwoChannels { channel: twice.channel().to_owned() }),
        None => Ok(()),
    }
}
