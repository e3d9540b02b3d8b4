//! The queue: routes over a gate.

use std::sync::{Arc, OnceLock};

use approvals_core::{Clock, Gate, Ledger, LedgerError, SystemClock};
use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::settings::Access;
use crate::capacity::{Capacity, Room};
use crate::guard;
use crate::index::follower::Follower;
use crate::shared::Shared;
use crate::{log, open, openapi, pages, requests, reviews};

/// How many changes are kept for those who come back to a stream.
const CHANGES: usize = 16_384;

/// The internal queue: a router over a gate and its ledger, to be served or to be mounted in an application of one's own.
///
/// Agents submit and wait with tokens, people decide in sessions, auditors read the log with tokens of theirs; none of the
/// three can stand in for another. From the first call on, whoever calls the gate outside [`Gate::scope`] is denied.
///
/// ```
/// # use approvals_core::{*, Verdict};
/// use approvals_core::{Gate, MemoryLedger};
/// use approvals_http::{Access, Queue, RequesterToken, WebApprover};
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let policy = PolicyFn::new("all/1", |_| Verdict::Allow)?;
/// let ledger = Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// let gate = Gate::builder()
///     .ledger(Arc::clone(&ledger))
///     .approver(WebApprover::new())
/// #     .policy(policy).directory(StaticDirectory::new()).recorder_key(keys.recorder).grant_key(keys.grant)
///     .build()
///     .await?;
///
/// let token = RequesterToken::generate()?;
/// let tokens = format!(r#"
/// version = 1
/// [requester.deployer]
/// hash = "{}"
/// principal = {{ id = "agent:deployer", kind = "agent" }}
/// actions = ["app.*"]
/// "#, token.hash());
/// let access = Access::new("https://approvals.example.org", tokens.parse()?)?;
///
/// let queue = Queue::builder(gate, ledger).access(access).build().await?;
/// let router: axum::Router = queue.router();
/// assert!(queue.openapi().contains("/v1/requests"));
///
/// // When the program is told to stop: who waits is answered, and streams end.
/// queue.leave();
/// # drop(router);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Queue(Arc<Shared>);

/// The parts of a queue. [`Queue`] has an example.
#[derive(Debug)]
#[must_use = "a queue is there once `build` has returned it"]
pub struct QueueBuilder {
    gate: Gate,
    ledger: Arc<dyn Ledger>,
    access: Option<Access>,
    clock: Arc<dyn Clock>,
    capacity: Capacity,
}

/// A queue that could not be put together.
///
/// ```
/// # use approvals_core::*;
/// use approvals_http::{Queue, QueueError};
/// # use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let keys = Keyring::generate()?;
/// # let ledger = Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
/// # let gate = Gate::builder().ledger(Arc::clone(&ledger)).approver(approvals_http::WebApprover::new())
/// #     .policy(PolicyFn::new("all/1", |_| Verdict::Allow)?).directory(StaticDirectory::new())
/// #     .recorder_key(keys.recorder).grant_key(keys.grant).build().await?;
/// let error = Queue::builder(gate, ledger).build().await.unwrap_err();
/// assert!(matches!(error, QueueError::NoAccess));
/// assert_eq!(error.to_string(), "nobody could call this queue; say who may with `QueueBuilder::access`");
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// It is not said who may call.
    #[error("nobody could call this queue; say who may with `QueueBuilder::access`")]
    NoAccess,
    /// There are no tokens, and no reviewers either.
    #[error(
        "there is no credential that this queue would take; make a token and put its hash into the file of tokens"
    )]
    NoCredential,
    /// The ledger is not the one of the gate.
    #[error(
        "the ledger is of the log `{ledger}` and the gate of `{gate}`; give the queue the gate's own"
    )]
    OtherLedger {
        /// The origin of the ledger.
        ledger: String,
        /// The origin of the gate.
        gate: String,
    },
    /// The ledger could not be read.
    #[error("the queue's ledger failed")]
    Ledger(#[from] LedgerError),
}

impl Queue {
    /// Begins to put a queue together, over this gate and the ledger that it writes into.
    pub fn builder(gate: Gate, ledger: impl Ledger + 'static) -> QueueBuilder {
        QueueBuilder {
            gate,
            ledger: Arc::new(ledger),
            access: None,
            clock: Arc::new(SystemClock::default()),
            capacity: Capacity::default(),
        }
    }

    /// Its routes. Whatever they do not have is answered with a problem as well.
    pub fn router(&self) -> Router {
        let (router, _document) = routes().split_for_parts();
        let router = if self.0.door.is_some() { router.merge(pages::router()) } else { router };
        let guarded = from_fn_with_state(Arc::clone(&self.0), guard::guard);
        router
            .fallback(guard::nowhere)
            .method_not_allowed_fallback(guard::not_so)
            .layer(guarded)
            .with_state(Arc::clone(&self.0))
    }

    /// The OpenAPI document, as `/openapi.json` has it.
    #[must_use]
    pub fn openapi(&self) -> String {
        let document = self.0.document.get().map(|bytes| String::from_utf8_lossy(bytes));
        document.unwrap_or_default().into_owned()
    }

    /// Ends what waits: long polls are answered with what is known, streams close, and `/readyz` says no. What is called
    /// after that is still answered.
    pub fn leave(&self) {
        self.0.leaving.send_replace(true);
    }
}

impl QueueBuilder {
    /// Who may call, and at which address. Required.
    pub fn access(self, access: Access) -> Self {
        Self { access: Some(access), ..self }
    }

    /// What time it is, by which tokens expire: the operating system's clock unless said otherwise.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// How much it takes on at once.
    pub fn capacity(self, capacity: Capacity) -> Self {
        Self { capacity, ..self }
    }

    /// Puts the parts together, and begins to follow the ledger.
    pub async fn build(self) -> Result<Queue, QueueError> {
        let mut access = self.access.ok_or(QueueError::NoAccess)?;
        if access.tokens.is_empty() && !access.tokens.is_followed() && !access.has_reviewers {
            return Err(QueueError::NoCredential);
        }
        let head = self.ledger.head().await?.checkpoint;
        if head.origin() != self.gate.origin() {
            let (ledger, gate) = (head.origin().to_owned(), self.gate.origin().to_owned());
            return Err(QueueError::OtherLedger { ledger, gate });
        }
        access.tokens.follow();
        let follower = Arc::new(Follower::new(self.capacity.listed, CHANGES));
        follower.follow(Arc::clone(&self.ledger));
        let document = openapi::with_problems(routes().into_openapi());
        let document = serde_json::to_vec(&document).unwrap_or_default();
        Ok(Queue(Arc::new(Shared {
            gate: self.gate,
            ledger: self.ledger,
            door: access.door.take(),
            access,
            clock: self.clock,
            capacity: self.capacity,
            follower,
            polls: Room::new(self.capacity.long_polls),
            streams: Room::new(self.capacity.streams),
            leaving: watch::Sender::new(false),
            document: OnceLock::from(axum::body::Bytes::from(document)),
        })))
    }
}

/// Every route that there is: each handler takes one kind of credential, or is among the open ones.
fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(requests::submit::submit, requests::list::list))
        .routes(routes!(requests::read::read))
        .routes(routes!(requests::withdraw::withdraw))
        .routes(routes!(requests::start::start))
        .routes(routes!(requests::start::finish))
        .routes(routes!(requests::events::watch))
        .routes(routes!(reviews::list::list))
        .routes(routes!(reviews::events::watch))
        .routes(routes!(reviews::read::read))
        .routes(routes!(reviews::decide::challenge))
        .routes(routes!(reviews::decide::decide))
        .routes(routes!(reviews::decide::revoke))
        .routes(routes!(log::checkpoint::checkpoint))
        .routes(routes!(log::tiles::tile))
        .routes(routes!(log::proof::proof))
        .routes(routes!(log::events::events))
        .routes(routes!(log::events::watch))
        .routes(routes!(open::healthz))
        .routes(routes!(open::readyz))
        .routes(routes!(open::jwks))
        .routes(routes!(open::openapi))
}
