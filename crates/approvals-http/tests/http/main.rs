//! The queue over real connections: what it takes, what it refuses, and what the log says after that.

mod client;
mod world;
mod routes;
mod reading;
mod submitting;
mod waiting;
mod pages;
mod deciding;
mod auditing;
mod streams;
mod fuzz;
mod stays;
