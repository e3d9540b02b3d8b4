//! The internal queue of action-level approvals: an HTTP API over a gate, an inbox for people, and an event stream.

#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the routes that serve these pages come with them")
)]
mod inbox;
