//! Where events are sent on: a SIEM, a file, a telemetry pipeline.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::ledger::Entry;

/// Receives a copy of every event.
///
/// Duties: remember how far it has come, and take what follows. The gate feeds it from the ledger, not
/// from memory: after a crash or an outage it goes on where it was, and nothing is lost.
///
/// Contract: entries come in the order of the log, without gaps, at least once: an entry may come again
/// after an error or a crash before [`next`](Self::next) moved on, or from another gate that feeds the same
/// destination, and is told by its index. That is no error: it is taken once more or passed over.
///
/// `next` moves over what was taken and no further: not before an error, and not by being asked. Where several
/// gates feed one destination, or the sink is opened again, it tells what the destination has. Dropping the
/// future of `deliver` leaves open what was taken, and `next` says what. Hidden arguments are not among what is
/// delivered. A sink never holds up an action: the ledger is the record, the sink a copy.
///
/// `approvals_testkit::conformance::audit_sink` has a check for each of these.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::{AuditSink, Entry, SinkError};
/// use async_trait::async_trait;
/// use std::sync::Mutex;
///
/// /// Keeps everything in memory.
/// #[derive(Debug, Default)]
/// struct Tail(Mutex<Vec<Entry>>);
///
/// #[async_trait]
/// impl AuditSink for Tail {
///     async fn next(&self) -> Result<u64, SinkError> {
///         let tail = self.0.lock().map_err(|error| SinkError::new(error.to_string()))?;
///         Ok(tail.last().map_or(0, |entry| entry.index + 1))
///     }
///     async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError> {
///         let mut tail = self.0.lock().map_err(|error| SinkError::new(error.to_string()))?;
///         let next = tail.last().map_or(0, |entry| entry.index + 1);
///         tail.extend(entries.iter().filter(|entry| entry.index >= next).cloned());
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait AuditSink: fmt::Debug + Send + Sync {
    /// The index of the entry that it wants next; 0 at first.
    async fn next(&self) -> Result<u64, SinkError>;

    /// Takes the entries that follow.
    async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError>;
}

/// A shared sink is a sink.
#[async_trait]
impl<S: AuditSink + ?Sized> AuditSink for Arc<S> {
    async fn next(&self) -> Result<u64, SinkError> {
        (**self).next().await
    }

    async fn deliver(&self, entries: &[Entry]) -> Result<(), SinkError> {
        (**self).deliver(entries).await
    }
}

/// A sink that could not take an entry. It is offered again.
///
/// ```
/// # use approvals_core as approvals;
/// use approvals::SinkError;
/// use std::error::Error;
///
/// let error = SinkError::new("the collector answered 503");
/// assert_eq!(error.to_string(), "the audit sink did not take the events");
/// assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the collector answered 503"));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("the audit sink did not take the events")]
pub struct SinkError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl SinkError {
    /// An error with this cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
