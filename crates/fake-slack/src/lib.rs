//! Stands in for Slack in tests: the Web API, Socket Mode, the people who click, and everything that goes wrong.
//!
//! Written from Slack's documentation and held against Slack's own clients (`cargo xtask test slack`), so that it is
//! not shaped to whom it tests. What Slack leaves open is decided in the way that is harder on the client, and said so
//! where it is.
//!
//! ```
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! use fake_slack::{Fault, FakeSlack, office};
//!
//! let slack = FakeSlack::start().await;
//! assert!(slack.api_url().starts_with("http://127.0.0.1:"));
//! // What is in it can be changed at any time.
//! slack.edit(|world| world.group(office::LEADS).users.retain(|user| user != office::ADA));
//! // So can what goes wrong: the next post is refused, all of the later ones are not.
//! slack.fault("chat.postMessage", Fault::too_many_requests(Some("1")));
//! assert!(slack.messages(office::DEPLOYS).is_empty());
//! # });
//! ```

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    clippy::missing_panics_doc,
    reason = "equipment for testing, published nowhere: a mistake in it has to stop the test"
)]

mod clock;
mod form;
mod sign;

mod world;

mod fault;
mod log;

mod blocks;

mod shared;

mod api;
mod response_url;
mod socket;

mod fake;
mod interaction;
mod observe;

mod control;

#[cfg(test)]
mod api_tests;
#[cfg(test)]
mod click_tests;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod harness_tests;
#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod socket_tests;

pub use fake::FakeSlack;
pub use fake_wire::Gate;
pub use fault::Fault;
pub use interaction::{Answer, Interaction, Request};
pub use log::Call;
pub use sign::signature;
pub use socket::{Ack, Connection};
pub use world::office;
pub use world::{
    App, Channel, Edit, Ephemeral, Group, Message, Settings, Token, User, View, Workspace, World,
};
