//! What a reviewer sees: the pages of the inbox, put together from values of the core, and the files that they load.
//!
//! Everything here is pure: no gate, no clock and no network. A page is a struct with its template, checked at compile time and
//! escaped by default; what an agent wrote is text in it, never markup. There is no inline script and no inline style, so that the
//! strictest policy about content holds.

mod account;
pub(crate) mod assets;
mod batch;
mod card;
mod compare;
mod error;
mod history;
mod list;
mod panel;
mod request;
mod sign_in;
mod similar;
mod timeline;
mod verify;
mod view;
mod why;
mod words;

pub(crate) use account::{AccountPage, OwnKey};
pub(crate) use batch::{BatchItem, BatchPage};
pub(crate) use error::ErrorPage;
pub(crate) use history::{Ending, HistoryPage};
pub(crate) use list::{InboxPage, Row};
pub(crate) use panel::{May, Powers, tick};
pub(crate) use request::{Asked, RequestPage};
pub(crate) use sign_in::{EnrolPage, LoginPage, SignedOutPage};
pub(crate) use similar::Past;
pub(crate) use verify::{Evidence, Proven};
pub(crate) use view::{Shell, Viewer};

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod pages_tests;
#[cfg(test)]
mod sample_tests;
