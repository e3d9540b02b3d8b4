//! Stands in for Microsoft Teams in tests: the login of bots, the keys that activities are signed with, the connector,
//! the people who click, and everything that goes wrong.
//!
//! Written from Microsoft's documentation. What it leaves open is decided in the way that is harder on the client, and
//! said so where it is.
//!
//! ```
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
//! # runtime.block_on(async {
//! use fake_teams::{FakeTeams, Fault, office};
//!
//! let teams = FakeTeams::start().await;
//! assert!(teams.service_url().starts_with("http://127.0.0.1:"));
//! // What is in it can be changed at any time.
//! teams.edit(|world| world.conversation(office::DEPLOYS).members.retain(|it| it != office::ADA));
//! // So can what goes wrong: the next post is refused, all of the later ones are not.
//! teams.fault("post", Fault::too_many_requests(Some("1")));
//! assert!(teams.messages(office::DEPLOYS).is_empty());
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
mod keys;

mod world;

mod fault;
mod log;

mod shared;

mod api;

mod fake;
mod interaction;
mod observe;

mod control;

#[cfg(test)]
mod click_tests;
#[cfg(test)]
mod connector_tests;
#[cfg(test)]
mod control_tests;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod forgery_tests;
#[cfg(test)]
mod harness_tests;
#[cfg(test)]
mod install_tests;
#[cfg(test)]
mod login_tests;
#[cfg(test)]
mod people_tests;

pub use fake::FakeTeams;
pub use fake_wire::Gate;
pub use fault::Fault;
pub use interaction::{Answer, Interaction, InvokeResponse, Prepared, Shown};
pub use keys::{Pair, SigningKey};
pub use log::Call;
pub use world::office;
pub use world::{
    Answered, Bot, Conversation, Kind, MemberId, Message, Person, Settings, Team, World,
};
