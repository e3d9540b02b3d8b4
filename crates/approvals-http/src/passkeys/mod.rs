//! Passkeys: enrolling one, signing in with one, and signing a decision with one (Web Authentication, level 3).

mod ceremony;
mod key;
mod open;

pub(crate) use ceremony::{CeremonyError, Enrolling, Passkeys, SigningIn, SigningOff};
pub(crate) use open::Open;
