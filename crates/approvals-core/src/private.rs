//! What the expansion of `#[requires_approval]` calls, and what the `approvals` program shares with this crate. Not for
//! anybody else; it changes without notice.

use std::borrow::Borrow as _;
use std::fmt;
use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::action::action::Action;
use crate::action::canonical;
use crate::action::describe_error::DescribeError;
use crate::action::description::Description;
use crate::action::id::{IdempotencyKey, NameError};
pub use crate::action::risk::Risk;
use crate::gate::builder::Gate;
use crate::gate::context::Way;
use crate::gate::denied::Denied;
use crate::gate::permit::Permit;
use crate::gate::remote::RemoteGate;
pub use crate::policy::bounds::rule;
pub use crate::record::opened::{is_own, open_regular};

/// The arguments of one call of a gated function, and how to describe it.
#[derive(Debug)]
pub struct Call<A, D> {
    args: A,
    describe: D,
    key: Option<Result<IdempotencyKey, NameError>>,
}

impl<A, D: Fn(&A, &mut Description) -> Result<(), DescribeError>> Call<A, D> {
    /// A call with these arguments.
    pub fn new(args: A, describe: D) -> Self {
        Self { args, describe, key: None }
    }

    /// The same call, named by an idempotency key.
    #[must_use]
    pub fn key(self, key: impl FnOnce(&A) -> String) -> Self {
        let key = key(&self.args).parse();
        Self { key: Some(key), ..self }
    }
}

impl<A, D: Fn(&A, &mut Description) -> Result<(), DescribeError>> Action for Call<A, D> {
    fn describe(&self, call: &mut Description) -> Result<(), DescribeError> {
        if let Some(Err(error)) = &self.key {
            return Err(error.clone().into());
        }
        (self.describe)(&self.args, call)
    }

    fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()?.as_ref().ok()
    }
}

/// A text of the attribute, over the arguments.
#[must_use]
pub fn text(text: fmt::Arguments<'_>) -> String {
    text.to_string()
}

/// What holds a gate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no gate",
    label = "expected a gate",
    note = "`gate = …` is a `Gate`, an `Arc<Gate>`, a `RemoteGate`, or a type of yours that is `AsRef<Gate>`; without it, the gate is that of the scope or of the process"
)]
pub trait HoldsGate: sealed::Gated {
    /// Another handle to it.
    fn gate(&self) -> Held;
}

/// A gate that something holds, in this process or in another one.
#[derive(Clone, Debug)]
pub struct Held(Way);

#[diagnostic::do_not_recommend]
impl<T: AsRef<Gate>> HoldsGate for T {
    fn gate(&self) -> Held {
        Held(Way::Here(self.as_ref().clone()))
    }
}

#[diagnostic::do_not_recommend]
impl HoldsGate for RemoteGate {
    fn gate(&self) -> Held {
        Held(Way::Elsewhere(self.clone()))
    }
}

#[diagnostic::do_not_recommend]
impl HoldsGate for &RemoteGate {
    fn gate(&self) -> Held {
        (*self).gate()
    }
}

/// A gate, from whatever holds one.
pub fn gate(gate: &impl HoldsGate) -> Held {
    gate.gate()
}

/// What a gated function returns, and how it says that the body did not run.
#[derive(Debug)]
pub struct Returns<R> {
    denied: fn(Denied) -> R,
    failed: fn(&R) -> bool,
}

impl<R> Returns<R> {
    /// What says so is made by `denied`, whatever it is.
    #[must_use]
    pub fn by(denied: fn(Denied) -> R, failed: fn(&R) -> bool) -> Self {
        Self { denied, failed }
    }
}

/// What a body has returned. Whether it is an error is asked in a way that takes any type: a method of what is
/// nearer is preferred.
#[derive(Debug)]
pub struct Returned<'a, R>(&'a R);

impl<'a, R> Returned<'a, R> {
    /// What it has returned.
    pub fn new(returned: &'a R) -> Self {
        Self(returned)
    }
}

/// A `Result` fails if it is an error.
pub trait MayFail {
    /// Whether it has.
    fn failed(&self) -> bool;
}

impl<T, E> MayFail for Returned<'_, Result<T, E>> {
    fn failed(&self) -> bool {
        self.0.is_err()
    }
}

/// Of any other type nobody can tell.
pub trait NeverFails {
    /// It has not.
    fn failed(&self) -> bool;
}

impl<R> NeverFails for &Returned<'_, R> {
    fn failed(&self) -> bool {
        false
    }
}

/// `R`, which fails to compile, here and nowhere else, unless it can carry a denial.
#[must_use]
pub fn returns<R: CarriesDenial>() -> Returns<R> {
    Returns { denied: R::denied, failed: R::failed }
}

/// Runs the body of a gated function through `gate`, or the scope's gate, or the process's.
pub async fn run<R, A, D, F, Fut>(
    returns: Returns<R>,
    gate: Option<Held>,
    call: Result<Call<A, D>, DescribeError>,
    body: F,
) -> R
where
    D: Fn(&A, &mut Description) -> Result<(), DescribeError>,
    F: FnOnce(Permit, A) -> Fut,
    Fut: Future<Output = R>,
{
    let Returns { denied, failed } = returns;
    let way = gate.map_or_else(Way::current, |Held(way)| Ok(way));
    let (way, call) = match way.and_then(|way| Ok((way, call?))) {
        Ok(found) => found,
        Err(none) => return denied(none),
    };
    let body = async move |permit, call: Call<A, D>| {
        let returned = body(permit, call.args).await;
        if failed(&returned) { Err(Stopped::Failed(returned)) } else { Ok(returned) }
    };
    let ended = match way {
        Way::Here(gate) => gate.run(call, body).await,
        // On the heap, so that callers' futures are not larger for what few of them take.
        Way::Elsewhere(remote) => Box::pin(remote.run(call, body)).await,
    };
    match ended {
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
    label = "this cannot be shown",
    note = "derive `serde::Serialize` for its type, ask `T: serde::Serialize` of a type parameter, or leave it out: a parameter with `skip(…)`, which is then neither shown nor bound to the approval, and the card says so; what is worked out for `show(…)` by showing a part of it"
)]
pub trait Bindable: sealed::Shown {
    /// Binds it under `name`.
    fn bind(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;

    /// Shows it under `name`, as something that was worked out.
    fn show(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Bindable for T {
    fn bind(&self, call: &mut Description, name: &str) -> Result<(), DescribeError> {
        call.bind(name, self)
    }

    fn show(&self, call: &mut Description, name: &str) -> Result<(), DescribeError> {
        call.show(name, self)
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

/// An argument that can be bound without being shown.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to an approval, because it does not implement `serde::Serialize`",
    label = "this argument cannot be redacted",
    note = "`redact(…)` is for values that nobody may read, such as tokens, and binds them all the same: derive `serde::Serialize`, or list what is no value, such as a client, in `skip(…)`"
)]
pub trait Hidable: sealed::Shown {
    /// Binds it under `name`, hidden.
    fn redact(&self, call: &mut Description, name: &str) -> Result<(), DescribeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Hidable for T {
    fn redact(&self, call: &mut Description, name: &str) -> Result<(), DescribeError> {
        call.redact(name, self)
    }
}

/// Binds an argument that nobody may read.
pub fn redact<T: Hidable + ?Sized>(
    call: &mut Description,
    name: &str,
    value: &T,
) -> Result<(), DescribeError> {
    value.redact(call, name)
}

/// Stands for a parameter that the attribute may not look at: it cannot be shown, printed or compared.
#[expect(missing_debug_implementations, reason = "that is what it is for")]
#[expect(clippy::exhaustive_structs, reason = "the expansion makes one")]
pub struct OutOfReach;

/// What the attribute works out.
pub fn value<T>(work_out: impl FnOnce() -> T) -> T {
    work_out()
}

/// Shows what was worked out from the arguments.
pub fn show<T: Bindable + ?Sized>(
    call: &mut Description,
    name: &str,
    value: &T,
) -> Result<(), DescribeError> {
    value.show(call, name)
}

/// Shows what a type parameter stands for: the same bytes mean something else in another type.
pub fn generic<T: ?Sized>(call: &mut Description, name: &str) -> Result<(), DescribeError> {
    call.show(name, std::any::type_name::<T>())
}

/// The same of a parameter whose type has no name.
pub fn anonymous<T: ?Sized>(
    call: &mut Description,
    name: &str,
    _value: &T,
) -> Result<(), DescribeError> {
    generic::<T>(call, name)
}

/// Makes a call whose arguments are decoded first.
pub fn decoding<C>(make: impl FnOnce() -> Result<C, DescribeError>) -> Result<C, DescribeError> {
    make()
}

/// An argument that can be read back from the bytes that are approved.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read back from the approved bytes, because it does not implement `serde::de::DeserializeOwned`",
    label = "this argument cannot be decoded",
    note = "`bind = \"decoded\"` gives the body what the approved bytes say: derive `serde::Deserialize`, take it by value, or exclude it with `skip(…)`"
)]
pub trait Decodable: sealed::Shown + Sized {
    /// What the bytes of `value` say.
    fn decode<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Self, DescribeError>;
}

#[diagnostic::do_not_recommend]
impl<D: DeserializeOwned + Serialize> Decodable for D {
    fn decode<T: Serialize + ?Sized>(name: &str, value: &T) -> Result<Self, DescribeError> {
        let bytes = canonical::to_bytes(value, canonical::MAX_BYTES);
        let bytes = Zeroizing::new(bytes.map_err(|error| error.under_key(name))?);
        let lossy = |_error| DescribeError::NotDecoded(name.to_owned());
        let decoded: Self = serde_json::from_slice(&bytes).map_err(lossy)?;
        let again = canonical::to_bytes(&decoded, canonical::MAX_BYTES);
        if again.map(Zeroizing::new).is_ok_and(|again| again == bytes) {
            Ok(decoded)
        } else {
            Err(DescribeError::NotDecoded(name.to_owned()))
        }
    }
}

/// The argument `value`, as its bytes say; the original is used no more.
pub fn decoded<T: Decodable + Serialize>(name: &str, value: &T) -> Result<T, DescribeError> {
    T::decode(name, value)
}

/// The same of what is borrowed.
pub fn decoded_ref<T>(name: &str, value: &T) -> Result<T::Owned, DescribeError>
where
    T: ToOwned<Owned: Decodable> + Serialize + ?Sized,
{
    T::Owned::decode(name, value)
}

/// The same of an argument that nobody may read: why it could not be decoded says nothing of it.
pub fn hidden<T>(decoded: Result<T, DescribeError>, name: &str) -> Result<T, DescribeError> {
    decoded.map_err(|error| error.hidden(name))
}

/// What was decoded, as the body takes it.
pub fn borrowed<T: ToOwned + ?Sized>(owned: &T::Owned) -> &T {
    owned.borrow()
}

/// A return type that can say that the body did not run.
#[diagnostic::on_unimplemented(
    message = "`#[requires_approval]` cannot report a denial through the return type `{Self}`",
    label = "this type cannot carry `approvals::Denied`",
    note = "return a `Result<T, E>` where `E: From<approvals::Denied>`: give an error type of your own `#[from] approvals::Denied` (thiserror) or an `impl From<approvals::Denied>`; or name a function that turns a `Denied` into this type, as in `on_denied = tell`"
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

    pub trait Gated {}
    impl<T: AsRef<super::Gate>> Gated for T {}
    impl Gated for super::RemoteGate {}
    impl Gated for &super::RemoteGate {}

    pub trait Returned {}
    impl<T, E> Returned for Result<T, E> {}
}
