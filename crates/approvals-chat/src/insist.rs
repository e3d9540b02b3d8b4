//! Tries again what may go well later.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::backoff::{Backoff, moment};
use crate::fault::{Fault, Meaning};

/// An error after which the same call may go well, although nobody changes anything.
///
/// ```
/// use std::time::Duration;
///
/// use approvals_chat::{Fault, Meaning, Passing};
///
/// let busy = Fault::new(Meaning::Later(Duration::from_secs(3)), "too many calls");
/// assert_eq!(busy.passes_after(), Some(Duration::from_secs(3)));
/// assert_eq!(Fault::new(Meaning::Refused, "no").passes_after(), None);
/// ```
pub trait Passing {
    /// How long to wait at least before the same call may go well; nothing, if it never will.
    fn passes_after(&self) -> Option<Duration>;
}

impl Passing for Fault {
    fn passes_after(&self) -> Option<Duration> {
        match self.meaning() {
            Meaning::Later(after) => Some(after),
            Meaning::Unsure => Some(Duration::ZERO),
            Meaning::Barred | Meaning::Deleted | Meaning::Gone | Meaning::Refused => None,
        }
    }
}

/// Makes a call again until it goes well, cannot go well, or `within` has passed: the result is that of the last one.
/// Only for calls that can be made twice, which posting a message cannot. Can be dropped at any time.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::time::Duration;
///
/// use approvals_chat::{Fault, Meaning, insist};
///
/// let mut calls = 0;
/// let call = || {
///     calls += 1;
///     let busy = calls < 2;
///     async move { if busy { Err(Fault::new(Meaning::Unsure, "no answer")) } else { Ok("done") } }
/// };
/// assert_eq!(insist(Duration::from_secs(5), call).await.unwrap(), "done");
/// # }
/// ```
pub async fn insist<T, E, F>(within: Duration, call: impl FnMut() -> F) -> Result<T, E>
where
    E: Passing,
    F: Future<Output = Result<T, E>>,
{
    insist_if(within, |_passing| true, call).await
}

/// The same for what may be made again only after some of those errors.
pub(crate) async fn insist_if<T, E, F>(
    within: Duration,
    may_call_again: impl Fn(&E) -> bool,
    mut call: impl FnMut() -> F,
) -> Result<T, E>
where
    E: Passing,
    F: Future<Output = Result<T, E>>,
{
    let until = moment(within);
    let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));
    loop {
        let error = match call().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Some(after) = error.passes_after().filter(|_after| may_call_again(&error)) else {
            return Err(error);
        };
        let wait = backoff.wait().saturating_add(after);
        if wait > until.saturating_duration_since(Instant::now()) {
            return Err(error);
        }
        sleep(wait).await;
    }
}
