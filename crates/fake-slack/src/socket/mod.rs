//! Socket Mode: tickets, connections, envelopes.

mod connection;
mod control;
mod delivery;
mod sockets;

pub use sockets::{Ack, Connection};

pub(crate) use connection::connect;
pub(crate) use delivery::{Route, deliver};
pub(crate) use sockets::Sockets;
