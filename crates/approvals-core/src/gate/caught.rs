//! Runs what others wrote, and catches its panics.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Runs `future` to its end; a panic is returned.
pub(super) async fn caught<F: Future>(
    future: impl FnOnce() -> F,
) -> Result<F::Output, Box<dyn Any + Send>> {
    let future = catch_unwind(AssertUnwindSafe(future))?;
    let mut future = pin!(future);
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}
