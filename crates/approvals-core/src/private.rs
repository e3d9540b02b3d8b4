//! What the expansion of `#[requires_approval]` calls. Not for anybody else; it changes without notice.

use std::future::Future;

use serde::Serialize;

use crate::action::action::Action;
pub use crate::action::action::Risk;
use crate::action::document::{DescribeError, Description};
use crate::gate::builder::Gate;
use crate::gate::denied::Denied;
use crate::gate::permit::Permit;

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

/// Runs the body of a gated function through `gate`, or the scope's gate, or the process's.
pub async fn run<A, D, T, E, F, Fut>(gate: Option<Gate>, call: Call<A, D>, body: F) -> Result<T, E>
where
    D: Fn(&A, &mut Description) -> Result<(), DescribeError>,
    F: FnOnce(Permit, A) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: From<Denied>,
{
    let gate = gate.map_or_else(Gate::current, Ok)?;
    gate.run(call, |permit, call| body(permit, call.args)).await
}

/// An argument that can be shown to a reviewer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to a reviewer, because it does not implement `serde::Serialize`",
    label = "this argument cannot be shown",
    note = "derive `serde::Serialize` for it, or exclude it with `skip(…)`: a skipped argument is neither shown nor bound to the approval, and the card says so"
)]
pub trait Bindable {
    /// Binds it under `name`.
    fn bind(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;

    /// Binds it under `name`, hidden.
    fn redact(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;
}

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
pub trait CarriesDenial {}

impl<T, E: From<Denied>> CarriesDenial for Result<T, E> {}

/// Fails to compile unless `R` can carry a denial.
pub const fn assert_carries_denial<R: CarriesDenial>() {}
