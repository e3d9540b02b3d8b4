//! `&T` where `T: ?Sized`: texts, slices, and trait objects that serialize.
#![deny(warnings)]

use std::fmt::Debug;

use approvals::{Denied, requires_approval};
use ui::both;
use serde::Serialize;

#[requires_approval(action = "value.store", summary = "Store {value:?}")]
pub async fn store<T: Serialize + Debug + ?Sized>(value: &T) -> Result<usize, Denied> {
    Ok(size_of_val(value))
}

#[requires_approval(action = "value.store", skip(write))]
pub async fn each<T>(values: &[&T], write: &(dyn Fn(&T) -> usize + Sync)) -> Result<usize, Denied>
where
    T: Serialize + ?Sized,
{
    Ok(values.iter().map(|value| write(value)).sum())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || store("text").await).await;
    assert_eq!(ran, Ok(4));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || store([1_u16, 2, 3].as_slice()).await).await;
    assert_eq!(ran, Ok(6));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));

    let (ran, denied) = both(async || each(&["one", "three"], &|text: &str| text.len()).await).await;
    assert_eq!(ran, Ok(8));
    assert!(matches!(denied, Err(Denied::Rejected { .. })));
}
