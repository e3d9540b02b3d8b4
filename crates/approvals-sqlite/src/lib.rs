//! The embedded ledger of action-level approvals: one SQLite file, no server, no set-up.
//!
//! [`SqliteLedger`] is the [`Ledger`](approvals_core::Ledger) for gates and desks on one host;
//! [`SqliteLog`] and [`verify`] read the same file as evidence, without any key.
//!
//! # What holds
//! - An append that was answered is on the disk (write-ahead log, `synchronous=FULL`), with a head signed over
//!   it in the same transaction. A signature is never released over what is not stored.
//! - A file that is not what was signed is not opened, and nothing is repaired silently.
//! - Any change of an event's bytes, of its place or of the request that it is stored under is found, with the
//!   event's index; so are missing events and stored checkpoints that are not the log's.
//! - The same holds while a ledger is open. It remembers which events were under the newest head that it
//!   verified; what others append it takes up only if that leads to a head that the log key signed. Each answer
//!   of a [`SqliteLedger`] is held against this memory: rows that were added, changed, moved or removed by
//!   somebody without the key are [`Damaged`](approvals_core::LedgerError::Damaged), never given out, and
//!   nothing is appended after them. Nor does it go on from an older state of its own file.
//!
//! # What does not
//! - Somebody who can write the file can put an older state of it back while no ledger has it open. Only a head
//!   that is kept elsewhere shows that: give it to [`SqliteLedger::open_after`] or [`verify`].
//! - Somebody who can write the file can stop the ledger, by damaging it.
//! - What a [`SqliteLog`] reads is checked event by event only, until [`SqliteLog::verify`] has held all of it
//!   against the signed head.
//! - Under which request bytes are stored that are not a JSON object is under no hash: an open ledger holds it
//!   against what it saw first, and no more.
//! - Whoever has the log key can write another history. Only receipts, witnesses and copies in other hands
//!   show that.
//! - Whether an attachment has the digest that it is stored under, and whether an event's attachment is missing,
//!   is not checked here: only the reader of an event knows what it names. Attachments are under no hash but
//!   that digest.
//! - Two copies of one file with the same key are two logs with one name. Copy for reading, never to go on.

mod error;
mod schema;

mod connect;
mod event;
mod head;

mod part;

mod known;
mod scan;

mod group;
mod open;
mod read;

mod answer;
mod reader;
mod writer;

mod threads;

mod ledger;
mod log;

pub use crate::error::{Damage, Damages, OpenError, VerifyError};
pub use crate::ledger::SqliteLedger;
pub use crate::log::{Report, SqliteLog, verify};
