//! Which gate, and whose call: found in the task, else in the process, else nowhere.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::builder::Gate;
use super::denied::Denied;
use crate::action::context::Context;

static INSTALLED: OnceLock<Gate> = OnceLock::new();

/// Whether there was a scope of any gate: the gate of the process may be called from what was spawned in it.
static ANY_SCOPE: AtomicBool = AtomicBool::new(false);

tokio::task_local! {
    static SCOPE: Option<Scope>;
}

#[derive(Clone)]
struct Scope {
    gate: Gate,
    context: Context,
    /// The gates whose scopes are around this one.
    around: Vec<Gate>,
}

impl Scope {
    /// A scope of `gate` here: within the one that this code runs in, if any.
    fn here(gate: Gate, context: Context, mut around: Vec<Gate>) -> Self {
        if let Some(outer) = scope() {
            for gate in outer.around.into_iter().chain([outer.gate]) {
                if !around.iter().any(|one| one.is(&gate)) {
                    around.push(gate);
                }
            }
        }
        Self { gate, context: within_scope(context), around }
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
    match scope() {
        Some(outer) => context.into().within(&outer.context),
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
        scope().map(|scope| scope.context)
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
        INSTALLED.set(self).map_err(|_refused| AlreadyInstalled)
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
        let Scope { gate, context, around } = Scope::here(self.clone(), context.into(), Vec::new());
        let future = Box::pin(future);
        async move { SCOPE.scope(Some(Scope::here(gate, context, around)), future).await }
    }

    /// The gate of the current scope, else that of the process.
    pub fn current() -> Result<Self, Denied> {
        scope().map(|scope| scope.gate).or_else(|| INSTALLED.get().cloned()).ok_or(Denied::NoGate)
    }

    /// Whose call it is, and what it is part of: by the scope, if it is this gate's or within one of this gate; else
    /// the gate's own requester, within the scope of other gates.
    pub(super) fn context(&self) -> Result<Context, Denied> {
        let own = || self.core().requester.clone().map(Context::new).ok_or(Denied::NoRequester);
        match scope() {
            Some(scope) if scope.is_of(self) => Ok(scope.context),
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
