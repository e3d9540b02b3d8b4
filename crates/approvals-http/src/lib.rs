//! The internal queue of action-level approvals: an HTTP API over a gate, an inbox for people, and an event stream.

mod passkeys;
