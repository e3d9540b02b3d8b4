//! The client of the internal queue: a gate in another process, reached over HTTP.
//!
//! [`HttpQueue`] is for agents that have neither ledger nor keys. Behind a [`RemoteGate`] it is used like a gate of one's
//! own: the action is judged, shown and recorded where the queue is (`approvals serve`, or the router of `approvals-http`),
//! and its body runs here.
//!
//! ```
//! # use approvals_core::{self as approvals, *};
//! # use approvals_http::{Access, Queue as Served, RequesterToken};
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let keys = Keyring::generate()?;
//! # let grant_key = keys.grant.public_key();
//! # let one = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
//! # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
//! # let (inbox, account) = (InMemoryApprover::new(), ChannelIdentity::new("memory", "mira")?);
//! # let ledger = std::sync::Arc::new(MemoryLedger::new("example.org/shop/test", keys.log).await?);
//! # let gate = Gate::builder().ledger(ledger.clone()).approver(inbox.clone())
//! #     .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(one.clone()))?)
//! #     .directory(StaticDirectory::new().with(&mira, [account.clone()]))
//! #     .recorder_key(keys.recorder).grant_key(keys.grant).build().await?;
//! # let token = RequesterToken::generate()?;
//! # let tokens = format!("version = 1\n[requester.deployer]\nhash = \"{}\"\nactions = [\"app.*\"]\n\
//! #     principal = {{ id = \"agent:deployer\", kind = \"agent\" }}\n", token.hash());
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! # let url = format!("http://{}", listener.local_addr()?);
//! # let served = Served::builder(gate, ledger).access(Access::new(&url, tokens.parse()?)?).build().await?;
//! # tokio::spawn(async move { axum::serve(listener, served.router()).await.unwrap() });
//! # tokio::spawn(async move {
//! #     let card = inbox.next().await;
//! #     inbox.decide(&account, Ballot::approve(&card).unwrap()).await.unwrap();
//! # });
//! # let text = token.reveal().to_string();
//! use std::sync::Arc;
//!
//! use approvals::{Denied, DynamicAction, RemoteGate};
//! use approvals_remote::{HttpQueue, Token};
//!
//! // `url` is such as `https://approvals.example.org`, and `text` begins with `apr_req_`.
//! let queue = HttpQueue::new(&url, &Token::new(text)?)?;
//! let gate = RemoteGate::new(Arc::new(queue)).grant_keys([grant_key]);
//!
//! // It waits until somebody has approved it.
//! let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
//! let done = gate.run(deploy, async |permit, _call| Ok::<_, Denied>(permit.fence())).await?;
//! assert_eq!(done, 1);
//! # Ok(()) }
//! ```
//!
//! [`RemoteGate`]: approvals_core::RemoteGate

mod token;
mod wire;
mod problem;
mod standing;
mod queue;

pub use crate::queue::{HttpQueue, HttpQueueError};
pub use crate::token::{NotAToken, Token};
