//! What approvers in chat services share: messages that follow their requests, and clicks that are kept until something has
//! come of them.
//!
//! [`Chat`] is what such an approver does, [`Service`] what it needs of its chat service. `approvals-slack` and
//! `approvals-teams` are made of it; whoever writes an approver for another service can be, too:
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use approvals_core as approvals;
//! use std::sync::{Arc, Mutex};
//!
//! use approvals::*;
//! use approvals_chat::{Admission, Chat, Clicker, Fault, Form, Meaning, Part, Service, Sheet, View};
//! use async_trait::async_trait;
//!
//! /// A board on the wall: a message is a line of it, and is called by its number.
//! #[derive(Clone, Debug, Default)]
//! struct Board(Arc<Mutex<Vec<String>>>);
//!
//! /// How much of a card it shows, and to whom.
//! impl Form for Board {
//!     fn most(&self) -> usize {
//!         10_000
//!     }
//!     fn size(&self, parts: &[Part]) -> usize {
//!         format!("{parts:?}").len()
//!     }
//!     fn is_here(&self, identity: &ChannelIdentity) -> bool {
//!         identity.channel() == "board"
//!     }
//!     fn read_at(&self) -> Option<&str> {
//!         None
//!     }
//! }
//!
//! #[async_trait]
//! impl Service for Board {
//!     type Target = String;
//!     type Content = String;
//!     type Hint = ();
//!
//!     fn name(&self) -> &str {
//!         "board"
//!     }
//!     fn targets(&self, _card: &Card) -> Vec<String> {
//!         vec!["hall".to_owned()]
//!     }
//!     fn target_of(&self, _group: &Group) -> Option<String> {
//!         None
//!     }
//!     async fn place(&self, target: &String) -> Result<String, Fault> {
//!         Ok(format!("house-1/{target}"))
//!     }
//!     fn target_at(&self, place: &str) -> Option<String> {
//!         place.strip_prefix("house-1/").map(str::to_owned)
//!     }
//!     async fn content(&self, view: View<'_>) -> Result<String, Fault> {
//!         let sheet = Sheet::of(view, self);
//!         // … `sheet.parts` below; this board has room for titles alone
//!         Ok(match view {
//!             View::Card { buttons: Some(buttons), .. } => {
//!                 format!("{} yes: {}", sheet.title, *buttons.approve())
//!             }
//!             _nothing_to_press => sheet.title,
//!         })
//!     }
//!     async fn probe(&self) -> Result<(), Fault> {
//!         Ok(())
//!     }
//!     async fn post(&self, _hall: &String, content: &String) -> Result<String, Fault> {
//!         let mut lines = self.0.lock().unwrap();
//!         lines.push(content.clone());
//!         Ok(lines.len().to_string())
//!     }
//!     async fn change(&self, _hall: &String, line: &str, content: &String) -> Result<(), Fault> {
//!         let line: usize = line.parse().map_err(|bad| Fault::new(Meaning::Deleted, bad))?;
//!         self.0.lock().unwrap()[line - 1] = content.clone();
//!         Ok(())
//!     }
//!     async fn reply(&self, hall: &String, _line: &str, content: &String) -> Result<(), Fault> {
//!         self.post(hall, content).await.map(drop)
//!     }
//!     async fn admit(&self, _identity: &ChannelIdentity) -> Result<Admission, Fault> {
//!         Ok(Admission::Admitted)
//!     }
//!     async fn tell(&self, _clicker: &Clicker<()>, content: &String) -> Result<(), Fault> {
//!         self.0.lock().unwrap().push(content.clone());
//!         Ok(())
//!     }
//! }
//!
//! #[derive(Debug)]
//! struct BoardApprover(Chat<Board>);
//!
//! #[async_trait]
//! impl Approver for BoardApprover {
//!     fn channel(&self) -> &str {
//!         self.0.service().name()
//!     }
//!     async fn open(&self, desk: &Desk) -> Result<(), ApproverError> {
//!         Ok(self.0.belong_to(desk)?)
//!     }
//!     async fn present(&self, card: &Card, desk: &Desk) -> Result<Presented, ApproverError> {
//!         self.0.present(card, desk).await
//!     }
//!     async fn update(&self, card: &Card, _phase: &Phase) -> Result<(), ApproverError> {
//!         self.0.update(card).await
//!     }
//!     async fn nudge(&self, card: &Card, nudge: &Nudge) -> Result<(), ApproverError> {
//!         self.0.nudge(card, nudge).await
//!     }
//!     async fn catch_up(&self, card: &Card, desk: &Desk) -> Result<(), ApproverError> {
//!         self.0.catch_up(card, desk).await
//!     }
//! }
//!
//! let board = Board::default();
//! let chat = Chat::new(board.clone());
//! # let mira = Principal::human("u:mira")?.member_of(["ops"])?;
//! # let ask = Obligations::new([Obligation::new("one-of-ops")?.seats("ops", 1)?]);
//! # let keys = Keyring::generate()?;
//! let gate = Gate::builder()
//!     .approver(BoardApprover(chat.clone()))
//!     // …
//! #   .policy(PolicyFn::new("ask/1", move |_| Verdict::Review(ask.clone()))?)
//! #   .ledger(MemoryLedger::new("example.com/shop/test", keys.log).await?)
//! #   .directory(StaticDirectory::new().with(&mira, [ChannelIdentity::new("board", "mira")?]))
//! #   .recorder_key(keys.recorder)
//! #   .grant_key(keys.grant)
//! #   .requester(Requester::new(Principal::agent("agent:deployer")?))
//!     .build()
//!     .await?;
//!
//! let deploy = DynamicAction::from_json("app.deploy", br#"{"version": 7}"#)?;
//! let running = gate.run(deploy, async |_permit, _deploy| Ok::<_, Denied>("deployed"));
//! let mira = async {
//!     let value = loop {
//!         let line = board.0.lock().unwrap().first().cloned().unwrap_or_default();
//!         match line.split_once("yes: ") {
//!             Some((_question, value)) => break value.to_owned(),
//!             None => tokio::task::yield_now().await,
//!         }
//!     };
//!     // Once the service's own proof of who has clicked is verified:
//!     let pressed = Pressed {
//!         choice: Choice::Approve,
//!         id: Digest::of("press", b"what the service calls this click"),
//!         identity: ChannelIdentity::new("board", "mira").unwrap(),
//!         message: "1",
//!         place: "house-1/hall",
//!         reason: None,
//!         value: &value,
//!     };
//!     chat.take(&pressed, None).await // … and only then it is acknowledged
//! };
//! let (ran, taken) = tokio::join!(running, mira);
//! assert!(ran == Ok("deployed") && taken.is_ok());
//! gate.flush().await?;
//! assert_eq!(board.0.lock().unwrap()[0], "Done: app.deploy, high risk");
//! # Ok(()) }
//! ```
//!
//! # What happens
//!
//! - **A card is posted in two steps**, see [`Outbox`](approvals_core::Outbox): what is lost on the way leaves at most a message
//!   that decides nothing.
//! - **A message is changed** until it shows what the ledger has, also if that moves on meanwhile; one that somebody has
//!   deleted while it asked is posted again; where one can be changed no more, the end is said under it.
//! - **What a message says** is put together here ([`Sheet`]), the same for each service and in the order of every other
//!   channel; how it looks there, the service says ([`Form`]).
//! - **A click** is in the ledger before it is acknowledged. Then who clicked is looked up anew (again and again while the
//!   service cannot say, and by another process if this one ends), the desk decides, and every message shows that. Whoever may
//!   not decide is told so.

mod backoff;
mod carried;
mod chat;
mod checkup;
mod endpoint;
mod fate;
mod fault;
mod fields;
mod insist;
mod locks;
mod messages;
mod pace;
mod page;
mod problem;
mod seldom;
mod service;
mod settling;
mod sheet;
mod wire;

pub use crate::backoff::{Backoff, jittered, moment};
pub use crate::carried::Carried;
pub use crate::chat::{Chat, WeakChat};
pub use crate::checkup::{Checkup, Finding, Level, whole};
pub use crate::endpoint::{Incoming, endpoint};
pub use crate::fate::Fate;
pub use crate::fault::{Fault, Meaning};
pub use crate::fields::{Fields, Malformed, agreed};
pub use crate::insist::{Passing, insist};
pub use crate::locks::Locks;
pub use crate::pace::{Limit, NotYet, Pace, rest_of};
pub use crate::problem::Problem;
pub use crate::seldom::Seldom;
pub use crate::service::{Admission, Service, View};
pub use crate::settling::Clicker;
pub use crate::sheet::{Form, Offer, Paragraph, Part, Sheet, Span, asks_twice};
pub use crate::wire::{Answer, Call, Lost, Wire, WireError, is_here};
