//! `&mut` arguments: what is approved is what they were, and the caller finds what the body made of them.
#![deny(warnings)]

use approvals::{Denied, requires_approval};
use ui::both;

#[requires_approval(action = "list.clear", summary = "Clear {list:?} and {count}", skip(log))]
pub async fn clear(
    list: &mut Vec<u8>,
    count: &mut u64,
    log: &mut impl FnMut(&str),
) -> Result<(), Denied> {
    log("clearing");
    *count += list.len() as u64;
    list.clear();
    Ok(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (ran, denied) = both(async || {
        let (mut list, mut count, mut lines) = (vec![1, 2, 3], 1, Vec::new());
        let done = clear(&mut list, &mut count, &mut |line| lines.push(line.to_owned())).await;
        (done.is_ok(), list, count, lines)
    })
    .await;
    assert_eq!(ran, (true, vec![], 4, vec!["clearing".to_owned()]));
    assert_eq!(denied, (false, vec![1, 2, 3], 1, vec![]));
}
