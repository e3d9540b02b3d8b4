//! The promises of the log, against published vectors, a naive tree, `ct-merkle`, Python and OpenSSL.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "helpers outside of test functions may fail as tests do"
)]

mod support;

mod key;
mod merkle;
mod note;

mod checkpoint;
mod tiles;

mod interop;
mod tamper;
