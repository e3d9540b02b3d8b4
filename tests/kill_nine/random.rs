//! Random moments from a seed that is printed.

use std::hash::{BuildHasher, RandomState};

/// Gives a seed that was printed before.
const SEED: &str = "APPROVALS_KILL_SEED";

/// Steele, Lea, Flood: splitmix64.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// From the seed in the environment, else from a new one.
    pub(crate) fn seeded() -> Self {
        let given = std::env::var(SEED).ok().map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        println!("{SEED}={seed}");
        Self(seed)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
