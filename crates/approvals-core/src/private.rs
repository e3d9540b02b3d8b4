//! What the expansion of `#[requires_approval]` calls, and what the `approvals` program shares with this crate. Not for
//! anybody else; it changes without notice.

use std::future::Future;

use serde::Serialize;

use crate::action::action::Action;
use crate::action::document::{DescribeError, Description};
pub use crate::action::risk::Risk;
use crate::gate::builder::Gate;
use crate::gate::denied::Denied;
use crate::gate::permit::Permit;
pub use crate::record::opened::{is_own, open_regular};

/// The arguments of one call of a gated function, and how to describe it.
#[derive(Debug)]
pub struct Call<A, D> {
    args: A,
    describe: D,
}

impl<A, D: Fn(&A, &mut Description) -> Result<(), DescribeError>> Call<A, D> {
    /// A call with these arguments.
    pub fn new(args: A, describe: D) -> Self {
        Self { args, describe }
    }
}

impl<A, D: Fn(&A, &mut Description) -> Result<(), DescribeError>> Action for Call<A, D> {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        (self.describe)(&self.args, call)
    }
}

/// A gate, from whatever holds one.
pub fn gate(gate: &impl AsRef<Gate>) -> Gate {
    gate.as_ref().clone()
}

/// What a gated function returns, and how it says that the body did not run.
#[derive(Debug)]
pub struct Returns<R> {
    denied: fn(Denied) -> R,
    failed: fn(&R) -> bool,
}

/// `R`, which fails to compile, here and nowhere else, unless it can carry a denial.
#[must_use]
pub fn returns<R: CarriesDenial>() -> Returns<R> {
    Returns { denied: R::denied, failed: R::failed }
}

/// Runs the body of a gated function through `gate`, or the scope's gate, or the process's.
pub async fn run<R, A, D, F, Fut>(
    returns: Returns<R>,
    gate: Option<Gate>,
    call: Call<A, D>,
    body: F,
) -> R
where
    D: Fn(&A, &mut Description) -> Result<(), DescribeError>,
    F: FnOnce(Permit, A) -> Fut,
    Fut: Future<Output = R>,
{
    let Returns { denied, failed } = returns;
    let gate = match gate.map_or_else(Gate::current, Ok) {
        Ok(gate) => gate,
        Err(none) => return denied(none),
    };
    let body = async move |permit, call: Call<A, D>| {
        let returned = body(permit, call.args).await;
        if failed(&returned) { Err(Stopped::Failed(returned)) } else { Ok(returned) }
    };
    match gate.run(call, body).await {
        Ok(returned) | Err(Stopped::Failed(returned)) => returned,
        Err(Stopped::Denied(why)) => denied(why),
    }
}

/// Why there is no success to return.
enum Stopped<R> {
    /// The body ran and returned an error.
    Failed(R),
    /// The body did not run.
    Denied(Denied),
}

impl<R> From<Denied> for Stopped<R> {
    fn from(why: Denied) -> Self {
        Self::Denied(why)
    }
}

/// An argument that can be shown to a reviewer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to a reviewer, because it does not implement `serde::Serialize`",
    label = "this argument cannot be shown",
    note = "derive `serde::Serialize` for it, or exclude it with `skip(…)`: a skipped argument is neither shown nor bound to the approval, and the card says so"
)]
pub trait Bindable: sealed::Shown {
    /// Binds it under `name`.
    fn bind(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;

    /// Binds it under `name`, hidden.
    fn redact(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Bindable for T {
    fn bind(&self, call: &mut Description, name: &str) -> Result<(), DescribeError> {
        call.bind(name, self)
    }

    fn redact(&self, call: &mut Description, name: &str) -> Result<(), DescribeError> {
        call.redact(name, self)
    }
}

/// Binds an argument.
pub fn bind<T: Bindable + ?Sized>(
    call: &mut Description,
    name: &str,
    value: &T,
) -> Result<(), DescribeError> {
    value.bind(call, name)
}

/// Binds an argument that nobody may read.
pub fn redact<T: Bindable + ?Sized>(
    call: &mut Description,
    name: &str,
    value: &T,
) -> Result<(), DescribeError> {
    value.redact(call, name)
}

/// A return type that can say that the body did not run.
#[diagnostic::on_unimplemented(
    message = "`#[requires_approval]` cannot report a denial through the return type `{Self}`",
    label = "this type cannot carry `approvals::Denied`",
    note = "return a `Result<T, E>` where `E: From<approvals::Denied>`"
)]
pub trait CarriesDenial: sealed::Returned {
    /// The value that says so.
    fn denied(why: Denied) -> Self;

    /// Whether this is an error.
    fn failed(&self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Denied>> CarriesDenial for Result<T, E> {
    fn denied(why: Denied) -> Self {
        Err(why.into())
    }

    fn failed(&self) -> bool {
        self.is_err()
    }
}

/// Only what is above implements the traits above: a type cannot bind nothing and not say so.
#[expect(unnameable_types, reason = "that is what seals")]
mod sealed {
    pub trait Shown {}
    impl<T: serde::Serialize + ?Sized> Shown for T {}

    pub trait Returned {}
    impl<T, E> Returned for Result<T, E> {}
}
