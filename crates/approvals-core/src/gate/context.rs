//! Which gate, and whose call: found in the task, else in the process, else nowhere.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::builder::Gate;
use super::denied::Denied;
use super::remote::RemoteGate;
use crate::action::context::Context;

/// Which gate a call goes through: in this process, or in another one.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Here(Gate),
    Elsewhere(RemoteGate),
}

static INSTALLED: OnceLock<Way> = OnceLock::new();

/// Whether there was a scope of any gate: the gate of the process may be called from what was spawned in it.
static ANY_SCOPE: AtomicBool = AtomicBool::new(false);

tokio::task_local! {
    static SCOPE: Option<Scope>;
}

#[derive(Clone)]
struct Scope {
    gate: Way,
    /// What is known of the calls here; nothing, if no gate of this process has a scope around them.
    context: Option<Context>,
    /// The gates whose scopes are around this one.
    around: Vec<Gate>,
}

impl Way {
    /// The way of the current scope, else that of the process.
    pub(crate) fn current() -> Result<Self, Denied> {
        scope().map(|scope| scope.gate).or_else(|| INSTALLED.get().cloned()).ok_or(Denied::NoGate)
    }

    fn is(&self, gate: &Gate) -> bool {
        match self {
            Self::Here(one) => one.is(gate),
            Self::Elsewhere(_) => false,
        }
    }
}

impl Scope {
    /// A scope of `gate` here: within the one that this code runs in, if any.
    fn here(gate: Way, context: Option<Context>, mut around: Vec<Gate>) -> Self {
        let outer = scope();
        let context = match context {
            Some(context) => Some(within_scope(context)),
            None => outer.as_ref().and_then(|outer| outer.context.clone()),
        };
        if let Some(outer) = outer {
            let own = match outer.gate {
                Way::Here(gate) => Some(gate),
                Way::Elsewhere(_) => None,
            };
            for gate in outer.around.into_iter().chain(own) {
                if !around.iter().any(|one| one.is(&gate)) {
                    around.push(gate);
                }
            }
        }
        Self { gate, context, around }
    }

    fn is_of(&self, gate: &Gate) -> bool {
        self.gate.is(gate) || self.around.iter().any(|one| one.is(gate))
    }
}

/// The scope that this code runs in.
fn scope() -> Option<Scope> {
    SCOPE.try_with(Clone::clone).ok().flatten()
}

/// This context here: within the scope that this code runs in, if any.
pub(super) fn within_scope(context: impl Into<Context>) -> Context {
    match scope().and_then(|outer| outer.context) {
        Some(outer) => context.into().within(&outer),
        None => context.into(),
    }
}

/// `future`, in the scope that this is called in, whatever task will poll it: what a scope says belongs to the task,
/// and would be lost in one that is spawned.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{Context, Denied, Gate, inherit};
///
/// async fn nightly(gate: &Gate, context: Context) {
///     gate.scope(context, async {
///         let one = tokio::spawn(inherit(work()));
///         let mut more = tokio::task::JoinSet::new();
///         more.spawn(inherit(work()));
///         // Whatever stays in this task, as with `join!` and `select!`, needs nothing.
///         let (_one, _more, _here) = tokio::join!(one, more.join_all(), work());
///     })
///     .await
/// }
/// # async fn work() {}
/// ```
///
/// Outside any scope there is nothing to inherit, and calls in `future` are outside, too.
pub fn inherit<F: Future>(future: F) -> impl Future<Output = F::Output> {
    // On the heap, so that it is there once and not in each of the futures around it.
    let (made_in, future) = (scope(), Box::pin(future));
    async move {
        let here = match made_in {
            Some(Scope { gate, context, around }) => Some(Scope::here(gate, context, around)),
            None => scope(),
        };
        SCOPE.scope(here, future).await
    }
}

impl Context {
    /// That of the scope that this code runs in.
    #[must_use]
    pub fn current() -> Option<Self> {
        scope().and_then(|scope| scope.context)
    }
}

/// There is a process-wide gate already; it stays.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{AlreadyInstalled, Gate};
///
/// /// For tests that share a process: whoever is first installs it.
/// fn install(gate: Gate) {
///     let installed: Result<(), AlreadyInstalled> = gate.install();
///     installed.unwrap_or_else(|already| assert!(already.to_string().ends_with("and it stays")));
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a gate is installed in this process already, and it stays")]
#[non_exhaustive]
pub struct AlreadyInstalled;

impl Gate {
    /// Makes this the gate of the whole process, for calls outside any scope. There is one, for good. Where there are
    /// scopes, of this gate or of another, calls outside them are [denied](Denied::NoRequester).
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        INSTALLED.set(Way::Here(self)).map_err(|_refused| AlreadyInstalled)
    }

    /// Runs `future` with this gate, and all gated calls in it with this context: at least a
    /// [`Requester`](crate::Requester).
    ///
    /// A scope within a scope extends it: whoever acts there acts on behalf of everybody in the outer one, too, and
    /// cannot shed them. Session, intent and trace stay as they are unless it says otherwise. A scope that is *made* in a
    /// task which was spawned without [inherit] is no scope within: it is an outermost one, like that of each
    /// request to a server.
    ///
    /// The scope belongs to the task: calls in a task that is spawned from here are outside, and denied, unless
    /// what is spawned is [inherit]ed. From the first scope on that is so for a gate with a requester
    /// of its own, too, since what was spawned in a scope could not be told from what was not. So it is at this gate and
    /// at that of the process. A third one, with a requester of its own, takes what is spawned here for that
    /// requester's: where gates are scoped, give none of them a requester.
    ///
    /// # Cancellation
    ///
    /// Dropping it drops `future`.
    pub fn scope<C: Into<Context>, F: Future>(
        &self,
        context: C,
        future: F,
    ) -> impl Future<Output = F::Output> + use<C, F> {
        self.core().has_scopes.store(true, Ordering::SeqCst);
        ANY_SCOPE.store(true, Ordering::SeqCst);
        // Both where it is made and where it is polled: a scope may be what is spawned.
        let own = Way::Here(self.clone());
        let Scope { gate, context, around } = Scope::here(own, Some(context.into()), Vec::new());
        let future = Box::pin(future);
        async move { SCOPE.scope(Some(Scope::here(gate, context, around)), future).await }
    }

    /// The gate of the current scope, else that of the process. One that is [elsewhere](RemoteGate) is no such gate.
    pub fn current() -> Result<Self, Denied> {
        match Way::current()? {
            Way::Here(gate) => Ok(gate),
            Way::Elsewhere(_) => Err(Denied::NoGate),
        }
    }

    /// Whose call it is, and what it is part of: by the scope, if it is this gate's or within one of this gate; else
    /// the gate's own requester, within the scope of other gates.
    pub(super) fn context(&self) -> Result<Context, Denied> {
        let own = || self.core().requester.clone().map(Context::new).ok_or(Denied::NoRequester);
        match scope() {
            Some(scope) if scope.is_of(self) => scope.context.ok_or(Denied::NoRequester),
            _other if self.may_have_lost_a_scope() => Err(Denied::NoRequester),
            Some(_other) => own().map(within_scope),
            None => own(),
        }
    }

    /// Whether code outside any scope of this gate may have been spawned in one.
    fn may_have_lost_a_scope(&self) -> bool {
        let is_installed = INSTALLED.get().is_some_and(|installed| installed.is(self));
        self.core().has_scopes.load(Ordering::SeqCst)
            || is_installed && ANY_SCOPE.load(Ordering::SeqCst)
    }
}

impl RemoteGate {
    /// Makes this the gate of the whole process, in the place of one that is here: for calls outside any scope. There is
    /// one, for good.
    ///
    /// ```
    /// # use approvals_core::{self as approvals, *};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let keys = Keyring::generate()?;
    /// # let queue = Gate::builder().approver(InMemoryApprover::new())
    /// #     .policy(PolicyFn::new("allow/1", |_| Verdict::Allow)?)
    /// #     .ledger(MemoryLedger::new("example.org/shop/test", keys.log).await?)
    /// #     .directory(StaticDirectory::new())
    /// #     .recorder_key(keys.recorder).grant_key(keys.grant)
    /// #     .requester(Requester::new(Principal::agent("agent:deployer")?))
    /// #     .build().await?;
    /// use std::sync::Arc;
    ///
    /// let remote = RemoteGate::new(Arc::new(queue));
    /// remote.clone().install()?;
    /// // Functions with `#[requires_approval]` go through it from here on.
    /// assert!(remote.install().is_err());
    /// # Ok(()) }
    /// ```
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        INSTALLED.set(Way::Elsewhere(self)).map_err(|_refused| AlreadyInstalled)
    }

    /// Runs `future` with this gate. Whose calls are made in it, the gate knows from whoever connects to it: what a
    /// [scope](Gate::scope) of a gate here says of that is for the gates here.
    ///
    /// As any scope it belongs to the task: calls in a task that is spawned from here are outside, unless what is spawned is
    /// [inherit]ed.
    ///
    /// # Cancellation
    ///
    /// Dropping it drops `future`.
    ///
    /// ```
    /// # use approvals_core as approvals;
    /// use approvals::{Denied, Notes, RemoteGate};
    ///
    /// async fn one_run(remote: &RemoteGate) -> Result<(), Denied> {
    ///     let mut notes = Notes::default();
    ///     notes.intent = Some("Make room on the disks".into());
    ///     remote.clone().notes(notes).scope(work()).await
    /// }
    /// # async fn work() -> Result<(), Denied> { Ok(()) }
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let own = Way::Elsewhere(self.clone());
        let Scope { gate, context, around } = Scope::here(own, None, Vec::new());
        let future = Box::pin(future);
        async move { SCOPE.scope(Some(Scope::here(gate, context, around)), future).await }
    }
}
