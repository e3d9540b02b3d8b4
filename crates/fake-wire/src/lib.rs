//! What the services that stand in for others in tests share: connections that can be cut, and plain calls.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::exhaustive_structs,
    reason = "equipment for testing, published nowhere: a mistake in it has to stop the test"
)]

mod changes;
mod gate;
/// A client for plain HTTP.
pub mod http;
/// Connections that can be cut.
pub mod listener;
mod planned;

pub use changes::Changes;
pub use gate::Gate;
pub use planned::Planned;
