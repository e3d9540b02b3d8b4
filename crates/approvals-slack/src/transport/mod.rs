//! All that goes over the network: calls of the Web API, Socket Mode, and the endpoint that Slack calls.

mod fault;

mod call;
mod model;
mod web;

mod envelope;
mod inbox;
mod link;
mod socket;

mod http;

pub(crate) use call::{BETWEEN_POSTS, SLACK};
pub(crate) use fault::{SetUpError, WebError};
pub(crate) use http::{PATH, Verdict, router};
pub(crate) use inbox::Reply;
pub(crate) use link::{OpenError, greets};
pub(crate) use model::{Channel, Installation, Member, Standing};
pub(crate) use socket::{Habits, Health, Sockets};
pub(crate) use web::Web;

#[cfg(test)]
use {
    fault::Unsure,
    model::{Group, Posted},
    socket::Alarm,
    web::AppWeb,
};

#[cfg(test)]
mod desk_tests;
#[cfg(test)]
mod failing_tests;
#[cfg(test)]
mod harness_tests;
#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod raw_tests;
#[cfg(test)]
mod socket_tests;
#[cfg(test)]
mod upkeep_tests;
#[cfg(test)]
mod web_tests;
