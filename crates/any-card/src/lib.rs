//! Cards for tests: one of an ordinary day, any number of random ones, and those that nearly are the same.
//!
//! What each chat service shows is held against the same cards. Chance comes out the same each time.
//!
//! ```
//! use any_card::{Dice, any_card, realistic};
//!
//! assert_eq!(realistic().document().action.as_str(), "s3.export");
//! assert_eq!(any_card(&mut Dice::new(1)).document(), any_card(&mut Dice::new(1)).document());
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "equipment for testing, published nowhere: a mistake in it has to stop the test"
)]

mod alike;
mod any;
mod card;
mod dice;

pub use crate::alike::alike;
pub use crate::any::{HOSTILE, any_card, fields, hostile, phases};
pub use crate::card::{card, decision, document, half_approved, realistic, request};
pub use crate::dice::Dice;
