//! The one way through.

mod attended;
mod awaited;
mod bell;
mod caught;
mod chain;
mod keys;
mod store_clock;
mod known;
mod overview;
mod policy_file;
pub(crate) mod limits;
pub(crate) mod denied;
mod metrics;
pub(crate) mod permit;
pub(crate) mod ticket;
pub(crate) mod approver;
pub(crate) mod builder;
pub(crate) mod ballot;
pub(crate) mod desk;
pub(crate) mod weak_desk;
mod opening;
pub(crate) mod forward;
mod stage;
mod journal;
pub(crate) mod consumed;
pub(crate) mod queue;
pub(crate) mod remote;
mod log;
pub(crate) mod outbox;
mod routes;
pub(crate) mod presses;
mod flood;
pub(crate) mod context;
mod people;
mod standing;
mod prepare;
mod insist;
mod audience;
mod present;
mod tell;
mod attend;
pub(crate) mod inbox;
mod recover;
mod reviews;
mod waiting;
mod judge;
mod ended;
pub(crate) mod statements;
pub(crate) mod counter;
mod attempt;
mod identified;
mod running;
pub(crate) mod run;
mod elsewhere;
mod remote_call;
mod remote_run;
mod batch;
pub(crate) mod own_acts;
mod follow;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
#[path = "afar_tests.rs"]
mod afar;
