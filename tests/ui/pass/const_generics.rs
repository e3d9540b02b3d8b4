//! Numbers in types, of the function and of the `impl` around it.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use ui::both;
use serde::Serialize;

pub struct Rack<const SLOTS: usize>;

impl<const SLOTS: usize> Rack<SLOTS> {
    #[requires_approval(action = "rack.fill", summary = "Fill {disks:?}", show(slots = SLOTS))]
    pub async fn fill<const DISKS: usize>(&self, disks: [u16; DISKS]) -> Result<usize, Denied>
    where
        [u16; DISKS]: Serialize,
    {
        let sum: u16 = disks.iter().sum();
        Ok(SLOTS - DISKS + usize::from(sum))
    }
}

#[requires_approval(action = "rack.move", when = |by| by.len() > N)]
pub async fn shift<const N: usize, const UP: bool>(by: &[u8]) -> Result<[bool; N], Denied> {
    Ok([UP && !by.is_empty(); N])
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || Rack::<8>.fill([1, 2, 3]).await).await;
    assert_eq!(ran, Ok(11));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || shift::<2, true>(&[1, 2, 3]).await).await;
    assert_eq!(ran, Ok([true, true]));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
